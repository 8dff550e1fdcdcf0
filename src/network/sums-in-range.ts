import type { Converter } from './converter.js';
import { curveCoverage, type LayerProfile } from './profile.js';
import { currentBias } from './transfer.js';

/** A layer's partial sums as its converters see them, beside the range these can tell apart. */
export interface SumsInRange {
  readonly layer: string;
  /** Signal currents in ampere where the converter has a curve, else digits of partial sum. */
  readonly unit: 'A' | 'digit';
  /** What the curve was measured over, or the ends of the ADC's levels; absent where there is no end. */
  readonly range?: readonly [number, number];
  /** Smallest and largest that occurred. */
  readonly occurred: readonly [number, number];
  /** Share of conversions outside the range. */
  readonly outside?: number;
  /**
   * Share of conversions that carry no information but a sign or an end: outside the ADC's levels, or with a
   * probability below 0.001 or above 0.999 on the curve.
   */
  readonly saturated?: number;
  /** Shares of conversions in bins of `width` from `occurred[0]` on. */
  readonly histogram: { readonly width: number; readonly shares: readonly number[] };
}

/** Bins of a histogram in results and reports. */
const BINS = 48;

/** Partial sums of every layer against the converter's range. */
export function sumsInRange(
  profiles: readonly LayerProfile[],
  converter: Converter,
): readonly SumsInRange[] {
  if (!('curve' in converter)) return profiles.map(digitsInRange);
  const bias = currentBias(converter.curve);
  const range = converter.curve.currentRangeAmpere.map((edge) => edge - bias);
  const coverage = curveCoverage(profiles, converter);
  return profiles.map((profile, i) => ({
    layer: profile.layer,
    unit: 'A',
    range: [range[0], range[1]],
    occurred: coverage[i].currentsAmpere,
    outside: coverage[i].outside,
    saturated: coverage[i].saturated,
    histogram: binned(profile, profile.perUnit, coverage[i].currentsAmpere),
  }));
}

function digitsInRange(profile: LayerProfile): SumsInRange {
  const { layer, histogram, limit, range } = profile;
  const first = histogram.findIndex((count) => count > 0);
  const last = histogram.findLastIndex((count) => count > 0);
  const occurred = [first - limit, last - limit] as const;
  const base = { layer, unit: 'digit', occurred, histogram: binned(profile, 1, occurred) } as const;
  if (!range) return base;
  let [all, out] = [0, 0];
  for (const [i, count] of histogram.entries()) {
    all += count;
    if (i - limit < range[0] || i - limit > range[1]) out += count;
  }
  return { ...base, range, outside: out / all, saturated: out / all };
}

function binned(
  { histogram, limit }: LayerProfile,
  perUnit: number,
  [low, high]: readonly [number, number],
): SumsInRange['histogram'] {
  const width = (high - low) / BINS || Math.abs(perUnit);
  const shares = new Float64Array(BINS);
  let all = 0;
  for (const [i, count] of histogram.entries()) {
    if (count === 0) continue;
    const bin = Math.floor((perUnit * (i - limit) - low) / width);
    shares[Math.max(0, Math.min(BINS - 1, bin))] += count;
    all += count;
  }
  return { width, shares: Array.from(shares, (count) => count / all) };
}
