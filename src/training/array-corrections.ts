import {
  chunkRows,
  isMapped,
  layerMapping,
  matrixNodes,
  rowSources,
  solveTiles,
  tileKey,
  type CellConductance,
  type Graph,
  type Mapping,
} from '../network/index.js';
import { exp } from '../numerics/exponential.js';
import { philox4x32 } from '../numerics/philox.js';
import { normalQuantile } from '../numerics/special.js';
import { streamKey, uniform53FromWords } from '../numerics/stream.js';
import type { Executor } from '../parallel/executor.js';
import type { StochasticTraining } from './compile.js';
import { mappingWithSteps } from './learned-steps.js';
import { deployedWeights } from './export.js';
import { entryOf, type ParameterTable } from './parameters.js';
import { standardiseWeights } from './standardise.js';
import { sliceForTraining } from './weight-levels.js';

/**
 * What a chip's cells and wires add to the programmed digits, by layer: slices x outputs x rows in the
 * mapping's row order, in digits. Added to whatever digits are programmed until the next chip.
 */
export type ArrayCorrections = ReadonlyMap<string, Float32Array>;

/** Corrections of one chip programmed with these parameters. */
export async function arrayCorrections(
  { graph, table, stochastic, seed }: CorrectionOptions,
  { parameters, chip }: { readonly parameters: Float32Array; readonly chip: number },
  executor: Executor,
): Promise<ArrayCorrections> {
  const { physics = { interval: 1 }, converter } = stochastic;
  const mapping = mappingWithSteps(graph, stochastic, table, parameters);
  const weights = deployedWeights(graph, table, parameters, stochastic);
  const tiles =
    physics.wires &&
    (await solveTiles({ graph, weights, mapping, converter, wires: physics.wires }, { executor }));
  const corrections = new Map<string, Float32Array>();
  const names = matrixNodes(graph).map(({ name }) => name);
  for (const node of matrixNodes(graph)) {
    if (!isMapped(mapping, node.name, names)) continue;
    const { offset, length, shape } = entryOf(table, node.weights.weight);
    const own = layerMapping(mapping, node.name);
    const outputs = shape[0];
    const rows = length / outputs;
    const latent = parameters.subarray(offset, offset + length);
    const natural = stochastic.standardise ? standardiseWeights(latent, outputs).weights : latent;
    const kernelSize = shape.slice(2).reduce((product, extent) => product * extent, 1);
    const order = rowSources(shape[1], kernelSize, own.rowOrder);
    const { coefficients, digits: digitsOf } = sliceForTraining(natural, outputs, order, own);
    const correction = new Float32Array(coefficients.length * length);
    const top = 2 ** own.bitsPerSlice - 1;
    for (let s = 0; s < coefficients.length; s += 1) {
      const digits = digitsOf(s);
      const target = correction.subarray(s * length, (s + 1) * length);
      if (tiles)
        for (const [chunk, [first, end]] of chunkRows(rows, own).entries()) {
          const tile = tiles.get(tileKey(node.name, 0, s, chunk)) ?? new Float32Array(0);
          for (let m = 0; m < outputs; m += 1)
            for (let k = first; k < end; k += 1)
              target[m * rows + k] = tile[m * (end - first) + k - first] - digits[m * rows + k];
        }
      const { conductanceSpread = 0 } = physics;
      if (conductanceSpread > 0)
        addSpread(target, digits, {
          sigma: conductanceSpread,
          cell: mapping.cell,
          top,
          key: streamKey(seed, `training.cells.${node.name}.${s}`),
          chip,
        });
    }
    corrections.set(node.name, correction);
  }
  return corrections;
}

export interface CorrectionOptions {
  readonly graph: Graph;
  readonly table: ParameterTable;
  readonly stochastic: StochasticTraining & { readonly mapping: Mapping };
  readonly seed: number;
}

/**
 * Both cells of every pair times exp(sigma z), z normal, keyed by (chip, cell): in digits. A positive digit
 * raises the first cell from `off`, a negative one the second (network/tiles.ts).
 */
function addSpread(
  target: Float32Array,
  digits: Int8Array | Int32Array,
  {
    sigma,
    cell,
    top,
    key,
    chip,
  }: {
    readonly sigma: number;
    readonly cell: CellConductance;
    readonly top: number;
    readonly key: ReturnType<typeof streamKey>;
    readonly chip: number;
  },
): void {
  const step = (cell.onSiemens - cell.offSiemens) / top;
  const words = new Uint32Array(4);
  for (let i = 0; i < digits.length; i += 1) {
    philox4x32(key, i, chip, 0, 0, words);
    const first = cell.offSiemens / step + Math.max(0, digits[i]);
    const second = cell.offSiemens / step + Math.max(0, -digits[i]);
    const a = exp(sigma * normalQuantile(uniform53FromWords(words[0], words[1])));
    const b = exp(sigma * normalQuantile(uniform53FromWords(words[2], words[3])));
    target[i] += first * (a - 1) - second * (b - 1);
  }
}
