import type { Executor } from '../parallel/executor.js';
import { checkCrossbar } from './define.js';
import type { Crossbar } from './spec.js';
import { transferMatrix } from './transfer.js';
import { varyConductance, type Variation } from './variation.js';

export interface TransferEnsemble {
  readonly outputs: number;
  readonly inputs: number;
  readonly chips: number;
  /** Mean and standard deviation (n - 1) over the chips of each entry of T, N x M (A/V). */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

export interface ChipTask {
  readonly crossbar: Crossbar;
  readonly variation: Variation;
  readonly seed: number;
  readonly chip: number;
  readonly tolerance: number;
}

/** T of one drawn chip. Throws what `checkCrossbar` and `transferMatrix` do. */
export function chipTransfer({
  crossbar,
  variation,
  seed,
  chip,
  tolerance,
}: ChipTask): Float64Array {
  const conductance = varyConductance(crossbar.conductance, variation, { seed, chip });
  const drawn = { ...crossbar, conductance };
  checkCrossbar(drawn);
  return transferMatrix(drawn, { tolerance }).values;
}

/** Monte Carlo over T: one task a chip, the same numbers for any executor. */
export async function transferEnsemble(
  crossbar: Crossbar,
  variation: Variation,
  {
    executor,
    seed,
    chips,
    tolerance = 1e-10,
  }: { executor: Executor; seed: number; chips: number; tolerance?: number },
): Promise<TransferEnsemble> {
  const tasks = Array.from({ length: chips }, (_, chip): ChipTask => {
    return { crossbar, variation, seed, chip, tolerance };
  });
  const draws = await executor.map<ChipTask, Float64Array>('crossbar.chip-transfer', tasks);
  const mean = new Float64Array(draws[0].length);
  for (const draw of draws) draw.forEach((value, k) => (mean[k] += value / chips));
  const deviation = new Float64Array(mean.length);
  for (const draw of draws) draw.forEach((value, k) => (deviation[k] += (value - mean[k]) ** 2));
  const freedom = Math.max(1, chips - 1);
  return {
    outputs: mean.length / crossbar.rows,
    inputs: crossbar.rows,
    chips,
    mean,
    deviation: deviation.map((square) => Math.sqrt(square / freedom)),
  };
}
