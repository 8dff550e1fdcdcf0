import type { ColumnCurrents } from '../../architecture/index.js';
import {
  profilePartialSums,
  staggerOf,
  type Converter,
  type LayerProfile,
} from '../../network/index.js';
import { firstInputs } from '../node/first-inputs.js';
import type { CostSubject } from './subject.js';

/** Images whose partial sums give the column currents. */
export const PROFILED_IMAGES = 8;

/** Mean and mean square of the column currents of each mapped layer on the first test images. */
export function columnCurrents({
  graph,
  weights,
  mapping,
  converter,
  data,
}: CostSubject): Readonly<Record<string, ColumnCurrents>> {
  const inputs = firstInputs(graph, data('test', `0:${PROFILED_IMAGES}`), PROFILED_IMAGES);
  return currentsOf(
    profilePartialSums({ graph, weights, mapping, converter, inputs, seed: 1 }),
    converter,
  );
}

/** Moments of the currents of profiled partial sums. */
export function currentsOf(
  profiles: readonly LayerProfile[],
  converter: Converter,
): Readonly<Record<string, ColumnCurrents>> {
  const shift =
    converter.kind === 'mtj' && converter.curve.protocol.kind === 'reset-and-pulse'
      ? converter.curve.fit.centreAmpere
      : 0;
  return Object.fromEntries(
    profiles.map((profile) => {
      const { meanAmpere, meanSquareAmpere } = moments(profile, shift);
      // Staggered samples lie evenly about the column current: they add their own mean square.
      const offsets = ('curve' in converter && staggerOf(converter, profile)) || [0];
      const added = offsets.reduce((sum, offset) => sum + offset ** 2, 0) / offsets.length;
      return [profile.layer, { meanAmpere, meanSquareAmpere: meanSquareAmpere + added }];
    }),
  );
}

/** Moments of perUnit (PS + bias) + shift. */
function moments({ histogram, limit, perUnit }: LayerProfile, shift: number): ColumnCurrents {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (const [level, times] of histogram.entries()) {
    const current = perUnit * (level - limit) + shift;
    count += times;
    sum += times * current;
    squares += times * current ** 2;
  }
  return { meanAmpere: sum / count, meanSquareAmpere: squares / count };
}
