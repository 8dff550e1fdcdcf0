import { isMatrixNode, isMapped, layerMapping, matrixNodes } from '../network/index.js';
import { chunkRows } from '../network/chunks.js';
import type { Graph, Mapping, Weights } from '../network/index.js';
import { philox4x32 } from '../numerics/philox.js';
import { streamKey, uniform53FromWords } from '../numerics/stream.js';
import { meanName, offsetName } from './bias-rows.js';
import { expectedMeanSquare } from './gain.js';
import type { StochasticTraining } from './compile.js';
import { filterNames } from './slice-filters.js';
import { inputScaleName, weightScaleName } from './learned-steps.js';
import { parameterTable, type ParameterDeclaration, type ParameterTable } from './parameters.js';

/** Shapes of the graph's tensors, by weight name: what cannot be read off the nodes alone. */
export type WeightShapes = ReadonlyMap<string, readonly number[]>;

/** What mapped layers learn beside their weights. */
export type LearnedParts = Partial<
  Pick<StochasticTraining, 'learnBias' | 'learnOffsets' | 'learnSteps' | 'sliceFilters'>
>;

/** Everything a network trains, plus a partial-sum statistic for every mapped layer. */
export function declareParameters(
  graph: Graph,
  shapes: WeightShapes,
  mapping?: Mapping,
  { learnBias, learnOffsets, learnSteps, sliceFilters }: LearnedParts = {},
): ParameterTable {
  const declarations: ParameterDeclaration[] = [];
  const layers = matrixNodes(graph).map(({ name }) => name);
  const declare = (name: string | undefined, kind: ParameterDeclaration['kind']) => {
    if (name === undefined || declarations.some((known) => known.name === name)) return;
    const shape = shapes.get(name);
    if (!shape) throw new RangeError(`no shape for ${name}`);
    declarations.push({ name, kind, shape });
  };
  for (const node of graph.nodes) {
    if (isMatrixNode(node)) {
      declare(node.weights.weight, 'weight');
      declare(node.weights.bias, 'plain');
      if (!mapping || !isMapped(mapping, node.name, layers)) continue;
      declarations.push({ name: meanSquareName(node.name), kind: 'statistic', shape: [1] });
      if (learnSteps)
        for (const name of [weightScaleName(node.name), inputScaleName(node.name)])
          declarations.push({ name, kind: 'plain', shape: [1] });
      if (sliceFilters)
        for (const name of filterNames(node.name, layerMapping(mapping, node.name)))
          declarations.push({ name, kind: 'weight', shape: shapes.get(node.weights.weight) ?? [] });
      if (!learnBias) continue;
      const [outputs, ...inner] = shapes.get(node.weights.weight) ?? [];
      const rows = inner.reduce((product, extent) => product * extent, 1);
      const chunks = chunkRows(rows, layerMapping(mapping, node.name)).length;
      const shape = [chunks, outputs];
      declarations.push({ name: meanName(node.name), kind: 'statistic', shape });
      if (learnOffsets) declarations.push({ name: offsetName(node.name), kind: 'plain', shape });
    } else if (node.op === 'batchNorm') {
      declare(node.weights.scale, 'plain');
      declare(node.weights.shift, 'plain');
      declare(node.weights.mean, 'statistic');
      declare(node.weights.variance, 'statistic');
    }
  }
  return parameterTable(declarations);
}

/**
 * Weights to start from: a bridge (network/built-in/cifar.ts) that they do not know begins with scale 0, so
 * that the network begins as the plain one they are from.
 */
export function startingWeights(shapes: WeightShapes, given: Weights): Weights {
  const weights = new Map(given);
  for (const [name, shape] of shapes)
    if (name.endsWith('.bridge.weight') && !weights.has(name))
      weights.set(name, { shape, data: new Float32Array(shape[0]) });
  return weights;
}

/** Name of the statistic that a mapped layer's gain follows. */
export const meanSquareName = (layer: string): string => `${layer}.partialSumMeanSquare`;

/**
 * Weights normal with variance 2 / fan-in (He et al., ICCV 2015, equation 10), keyed (seed, name, index);
 * scales and variances 1, shifts, biases and means 0.
 */
export function initialParameters(
  graph: Graph,
  table: ParameterTable,
  seed: number,
  mapping?: Mapping,
): Float32Array {
  const flat = new Float32Array(table.length);
  const ones = new Set<string>();
  const meanSquares = new Map<string, number>();
  const byName = new Map(table.entries.map((entry) => [entry.name, entry]));
  for (const node of graph.nodes) {
    if (node.op === 'batchNorm') {
      ones.add(node.weights.variance);
      if (node.weights.scale !== undefined) ones.add(node.weights.scale);
    } else if (isMatrixNode(node) && mapping) {
      const shape = byName.get(node.weights.weight)?.shape ?? [];
      const rows = shape.slice(1).reduce((product, extent) => product * extent, 1);
      const square = expectedMeanSquare(rows, layerMapping(mapping, node.name));
      meanSquares.set(meanSquareName(node.name), square);
    }
  }
  const words = new Uint32Array(4);
  for (const { name, kind, shape, offset, length } of table.entries) {
    if (kind === 'weight') {
      const key = streamKey(seed, `training.initial.${name}`);
      const fanIn = shape.slice(1).reduce((product, extent) => product * extent, 1);
      const deviation = Math.sqrt(2 / fanIn);
      for (let i = 0; i < length; i += 1) {
        philox4x32(key, i, 0, 0, 0, words);
        const radius = Math.sqrt(-2 * Math.log(uniform53FromWords(words[0], words[1])));
        const angle = 2 * Math.PI * uniform53FromWords(words[2], words[3]);
        flat[offset + i] = deviation * radius * Math.cos(angle);
      }
    } else flat.fill(ones.has(name) ? 1 : (meanSquares.get(name) ?? 0), offset, offset + length);
  }
  return flat;
}
