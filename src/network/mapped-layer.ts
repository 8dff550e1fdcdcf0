import { invalidInput } from '../errors/index.js';
import { activationPlanes } from './activation-planes.js';
import { streamPlan } from './activation-streams.js';
import { binaryEngine, isBinary, type GroupPlace } from './binary-engine.js';
import { chunkRows, rowSources } from './chunks.js';
import { isBitConverter, type Converter } from './converter.js';
import { denseEngine } from './dense-engine.js';
import type { EngineMemory } from './engine-memory.js';
import type { LayerRunner } from './float-layer.js';
import { idealLayer } from './ideal-layer.js';
import type { LayerGeometry } from './im2col.js';
import type { CellConductance, LayerMapping } from './mapping.js';
import { paddedPlanes } from './padded-planes.js';
import type { PartialSumLayer } from './partial-sum-layer.js';
import type { TileTable } from './tiles.js';
import { sliceWeights } from './weight-slices.js';

export interface MappedLayerOptions {
  readonly name: string;
  readonly mapping: LayerMapping;
  readonly cell: CellConductance;
  readonly converter: Converter;
  readonly tiles?: TileTable | undefined;
}

/** A layer's groups as partial-sum layers, rows in the mapping's order. `weight` is (columns x rows). */
export function partialSumLayers(
  { columns, rows, groups, kernel }: LayerGeometry,
  weight: Float32Array,
  { name, mapping, cell, converter }: MappedLayerOptions,
): readonly PartialSumLayer[] {
  const size = kernel[0] * kernel[1];
  const source = rowSources(rows / size, size, mapping.rowOrder);
  const perGroup = columns / groups;
  checkBiasRow(name, mapping, columns, chunkRows(rows, mapping).length);
  const layerScale = mapping.weightScale === 'max' ? largest(weight) : mapping.weightScale;
  const shared: LayerMapping =
    mapping.weightQuantiser.kind === 'nearest' ? { ...mapping, weightScale: layerScale } : mapping;
  return Array.from({ length: groups }, (_, g) => {
    const ordered = new Float32Array(perGroup * rows);
    for (let o = 0; o < perGroup; o += 1)
      for (let k = 0; k < rows; k += 1)
        ordered[o * rows + k] = weight[(g * perGroup + o) * rows + source[k]];
    const own = columnsOf(shared, columns, g * perGroup, perGroup);
    const weights = sliceWeights(ordered, perGroup, own, {
      analogOffset: isBitConverter(converter),
    });
    return { name, mapping: own, cell, converter, weights, group: g };
  });
}

/**
 * A layer on crossbars, by the fastest engine that gives its exact partial sums. Bias (columns) is added
 * digitally: as it is after converters in partial-sum units, and also after bit converters.
 */
export function mappedLayer(
  memory: EngineMemory,
  geometry: LayerGeometry,
  weight: Float32Array,
  bias: Float32Array,
  options: MappedLayerOptions,
): LayerRunner {
  const { mapping, tiles } = options;
  const { rows, pixels, kernel, columns } = geometry;
  const layers = partialSumLayers(geometry, weight, options);
  const ideal =
    options.converter.kind === 'ideal' && !tiles && mapping.normalisation.kind === 'none'
      ? idealLayer(memory, geometry, layers)
      : undefined;
  if (ideal) return withBias(ideal, bias, pixels);
  const size = kernel[0] * kernel[1];
  const planes = paddedPlanes(geometry, rowSources(rows / size, size, mapping.rowOrder));
  const binary = !tiles && layers.every(isBinary);
  const { coefficients } = streamPlan(mapping);
  const planesPerGroup =
    coefficients.length * layers[0].weights.slices.length * chunkRows(rows, mapping).length;
  const input = activationPlanes(memory, geometry, planes, mapping, binary ? 'codes' : 'digits');
  const groups = layers.map((layer, g) => {
    const place: GroupPlace = { planes, pixels, group: g, firstPlane: g * planesPerGroup };
    const shifted = input.at.map((at) => at + g * planes.groupOffset * input.elementBytes);
    return binary
      ? binaryEngine(memory, layer, place, shifted[0])
      : denseEngine(memory, layer, place, shifted, tiles);
  });
  const perGroup = (columns / groups.length) * pixels;
  const out = new Float32Array(columns * pixels);
  const runner: LayerRunner = {
    run(x, image, seed) {
      input.fill(x);
      for (const [g, group] of groups.entries())
        group.run(image, seed, out.subarray(g * perGroup, (g + 1) * perGroup));
      return out;
    },
  };
  return withBias(runner, bias, pixels);
}

/** Adds the digital bias of each column. */
function withBias(runner: LayerRunner, bias: Float32Array, pixels: number): LayerRunner {
  if (bias.every((value) => value === 0)) return runner;
  return {
    run(x, image, seed) {
      const out = runner.run(x, image, seed);
      for (let o = 0; o < bias.length; o += 1) {
        const value = bias[o];
        for (let p = o * pixels; p < (o + 1) * pixels; p += 1) out[p] += value;
      }
      return out;
    },
  };
}

function checkBiasRow(
  name: string,
  { biasRow }: LayerMapping,
  columns: number,
  chunks: number,
): void {
  if (typeof biasRow === 'number') return;
  if (biasRow.length === columns || biasRow.length === chunks * columns) return;
  throw invalidInput({
    code: 'network.bias-row',
    what: `${name}: a bias row of ${biasRow.length} values for ${columns} columns in ${chunks} chunks`,
    mend: `give one number, ${columns} (one per column) or ${chunks * columns} (one per chunk and column)`,
  });
}

/** The mapping of some of a layer's columns: bias rows given by column are cut, those of every chunk. */
function columnsOf(
  mapping: LayerMapping,
  columns: number,
  first: number,
  count: number,
): LayerMapping {
  if (typeof mapping.biasRow === 'number') return mapping;
  const biasRow = mapping.biasRow.filter(
    (_, i) => i % columns >= first && i % columns < first + count,
  );
  return { ...mapping, biasRow };
}

const largest = (values: Float32Array): number =>
  values.reduce((top, value) => Math.max(top, Math.abs(value)), 0) || 1;
