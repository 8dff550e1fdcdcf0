import { invalidInput } from '../errors/index.js';
import { samplesAt, type ExpectationConverter } from './converter.js';

/** A conversion's layer, slice and stream; 0 where left out. */
interface ConversionPlace {
  readonly layer: string;
  readonly slice?: number;
  readonly stream?: number;
}

/** Which curve a column's magnet has, and at which currents it is sampled. */
export type Magnets = Pick<ExpectationConverter, 'curve' | 'samples' | 'staggerWidths'>;

/** The distribution of a count of unequal samples takes T^2 steps for every partial sum there may be. */
const MOST_STAGGERED = 64;

/**
 * Extra currents (A) of the samples of one conversion; undefined where all are taken at the same one. Throws
 * `network.staggered-samples` for more than 64.
 */
export function staggerOf(
  { curve, samples = 1, staggerWidths = 0 }: Magnets,
  { layer, slice = 0, stream = 0 }: ConversionPlace,
): readonly number[] | undefined {
  const count = samplesAt(samples, layer, slice, stream);
  if (staggerWidths === 0 || count === 1) return undefined;
  if (count > MOST_STAGGERED)
    throw invalidInput({
      code: 'network.staggered-samples',
      what: `${count} staggered samples a conversion, and at most ${MOST_STAGGERED} are known`,
      why: 'each sample has a probability of its own: tables of their counts grow with its square',
      mend: 'lower samples, or leave out staggerWidths',
    });
  const span = staggerWidths * curve.fit.widthAmpere;
  return Array.from({ length: count }, (_, t) => span * ((t + 0.5) / count - 0.5));
}

/** The mean of a function at x and its offsets. */
export function meanOver(
  of: (x: number) => number,
  offsets: readonly number[] | undefined,
): (x: number) => number {
  if (!offsets) return of;
  return (x) => offsets.reduce((sum, offset) => sum + of(x + offset), 0) / offsets.length;
}
