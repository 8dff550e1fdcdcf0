import {
  countThresholds,
  expectedOutput,
  isSaturated,
  type DrawTransfer,
  type Transfer,
} from '../network/transfer.js';

/**
 * How the backward pass sees a conversion whose forward draws or thresholds: the slope d o / d PS.
 * - `straight-through`: the hard tanh o ~ htanh(z / gateWidths): constant inside |z| <= gateWidths, zero
 *   outside (StoX-Net's estimator; its |x| <= 1 gate stands at 2.5 curve widths for P(+1) = sigma(4x)).
 * - `expectation`: the derivative of E[o] = 2 p - 1 of the curve itself, unbiased for one layer.
 * - `scaled-expectation`: the derivative of the curve widened by `widen` about zero, so that saturated
 *   partial sums still learn.
 * - `identity`: slope at zero everywhere.
 */
export type Estimator =
  | { readonly kind: 'straight-through'; readonly gateWidths: number }
  | { readonly kind: 'expectation' }
  | { readonly kind: 'scaled-expectation'; readonly widen: number }
  | { readonly kind: 'identity' };

/** One slice's conversion by integer partial sum PS, entry PS + span. */
export interface ConversionTables {
  readonly span: number;
  /** Of draws: `stride` 16-bit elements an entry, T thresholds and then `UNREACHED`. */
  readonly thresholds: Uint16Array;
  readonly stride: number;
  /** o of deterministic converters. */
  readonly values: Float32Array;
  /** d o / d PS of the surrogate. */
  readonly slopes: Float32Array;
  /** Where partial sums are all even, 0, or all odd, 1: entries of the others are not made. */
  readonly parity?: 0 | 1 | undefined;
}

/** 16-bit elements an entry: a single sample's threshold, or whole vectors of 8 filled up with what no draw reaches. */
export const thresholdStride = (samples: number): number =>
  samples === 1 ? 1 : Math.ceil(samples / 8) * 8;

/** What stands in an entry behind its thresholds. */
export const UNREACHED = 65535;

export interface ConversionLaw {
  readonly transfer: Transfer;
  /** Converter argument per unit of (PS + bias). */
  readonly argumentPerDigit: number;
  readonly bias: number;
  /** Curve widths per unit of the partial sum: what the gate is measured in. */
  readonly widthsPerDigit: number;
}

/** A sample whose P(+1) is nearer than this to 0 or 1 counts as saturated. */
export const CERTAIN = 0.01;

/** Partial sums from `first` to `last`, both included. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

/**
 * Tables over PS = -span .. span by exactly the inference engine's functions. Draws are tabulated where the
 * curve (monotone) is not saturated, and repeated beyond; the expectation's slope is 0 there. Gives a stretch
 * beyond which slopes are 0 and draws do not depend on the sum.
 */
export function fillTables(
  tables: ConversionTables,
  law: ConversionLaw,
  estimator: Estimator,
): Stretch {
  const { span, slopes, parity } = tables;
  const active = activeSpan(law, span);
  const steep = steepStretch(law, estimator, estimator.kind === 'expectation' ? active : span);
  const slope = surrogateSlope(law, estimator);
  slopes.fill(0);
  forEachSum(steep, parity, (ps) => (slopes[ps + span] = slope(ps)));
  const { transfer } = law;
  if (transfer.kind === 'value') {
    const argument = argumentOf(law);
    const all = { first: -span, last: span };
    forEachSum(all, parity, (ps) => (tables.values[ps + span] = transfer.value(argument(ps))));
    return all;
  }
  const drawn = fillThresholds(tables, { ...law, transfer }, active);
  return {
    first: Math.min(steep.first, drawn.first),
    last: Math.max(steep.last, drawn.last),
  };
}

function forEachSum(
  { first, last }: Stretch,
  parity: 0 | 1 | undefined,
  make: (partialSum: number) => void,
): void {
  const start = parity === undefined ? first : first + ((first ^ parity) & 1);
  const step = parity === undefined ? 1 : 2;
  for (let ps = start; ps <= last; ps += step) make(ps);
}

const argumentOf =
  ({ argumentPerDigit, bias }: ConversionLaw) =>
  (partialSum: number): number =>
    argumentPerDigit * (partialSum + bias);

/** Half-range of partial sums beyond which draws no longer depend on the sum; all of it for values. */
function activeSpan(law: ConversionLaw, span: number): number {
  const { transfer } = law;
  if (transfer.kind === 'value') return span;
  const argument = argumentOf(law);
  const saturated = (ps: number): boolean => isSaturated(transfer, argument(ps));
  let active = 1;
  while (active < span && !(saturated(active) && saturated(-active))) active *= 2;
  return Math.min(span, active);
}

/** Gives the stretch outside which entries are those of -active and active. */
function fillThresholds(
  { thresholds, stride, span, parity }: ConversionTables,
  law: ConversionLaw & { readonly transfer: DrawTransfer },
  active: number,
): Stretch {
  const { transfer } = law;
  const { samples } = transfer;
  const argument = argumentOf(law);
  const scratch = new Uint16Array(samples);
  /** The threshold of all samples where their outcome is certain. */
  const certainty = (ps: number): number | undefined => {
    countThresholds(transfer, argument(ps), scratch);
    const [own] = scratch;
    return (own === 0 || own === 65535) && scratch.every((other) => other === own)
      ? own
      : undefined;
  };
  const [low, high] = [certainty(-active), certainty(active)];
  const range = { first: -active, last: active };
  const first = low === undefined ? -active : firstWhere(range, (ps) => certainty(ps) !== low);
  const last = high === undefined ? active : firstWhere(range, (ps) => certainty(ps) === high) - 1;
  forEachSum({ first, last }, parity, (ps) =>
    countThresholds(transfer, argument(ps), thresholds, (ps + span) * stride),
  );
  const repeat = (like: number, from: number, to: number): void => {
    if (from > to) return;
    const start = (from + span) * stride;
    const end = (to + 1 + span) * stride;
    thresholds.fill(UNREACHED, start, start + stride);
    countThresholds(transfer, argument(like), thresholds, start);
    for (let made = stride; start + made < end; made *= 2)
      thresholds.copyWithin(start + made, start, Math.min(start + made, end - made));
  };
  repeat(-active, -span, first - 1);
  repeat(active, last + 1, span);
  return { first, last };
}

/** The first of a stretch where what stays true once it is true holds; the next behind where it never does. */
export function firstWhere({ first, last }: Stretch, holds: (at: number) => boolean): number {
  let [low, high] = [first, last];
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle - 1;
    else low = middle + 1;
  }
  return low;
}

/** Where within -reach .. reach slopes can differ from 0: short of where E[o], monotone, is exactly -1 or 1. */
function steepStretch(law: ConversionLaw, estimator: Estimator, reach: number): Stretch {
  const range = { first: -reach, last: reach };
  if (estimator.kind === 'straight-through' || estimator.kind === 'identity') return range;
  const widen = estimator.kind === 'expectation' ? 1 : estimator.widen;
  const { below, above } = expectedAround(law);
  const [low, high] = [above(-reach / widen), below(reach / widen)];
  return {
    first: Math.abs(low) === 1 ? firstWhere(range, (ps) => above(ps / widen) !== low) : -reach,
    last: Math.abs(high) === 1 ? firstWhere(range, (ps) => below(ps / widen) === high) - 1 : reach,
  };
}

function surrogateSlope(law: ConversionLaw, estimator: Estimator): (partialSum: number) => number {
  const { widthsPerDigit, bias } = law;
  const expected = expectationSlope(law);
  switch (estimator.kind) {
    case 'straight-through': {
      const { gateWidths } = estimator;
      const slope = widthsPerDigit / gateWidths;
      return (ps) => (Math.abs(widthsPerDigit * (ps + bias)) <= gateWidths ? slope : 0);
    }
    case 'expectation':
      return expected;
    case 'scaled-expectation':
      return (ps) => expected(ps / estimator.widen) / estimator.widen;
    case 'identity': {
      const slope = expected(0);
      return () => slope;
    }
  }
}

const differenceStep = ({ widthsPerDigit }: ConversionLaw): number => 1e-3 / widthsPerDigit;

/** E[o] a thousandth of a width below and above a partial sum. */
function expectedAround(law: ConversionLaw): {
  readonly below: (partialSum: number) => number;
  readonly above: (partialSum: number) => number;
} {
  const { transfer, argumentPerDigit, bias } = law;
  const mean = expectedOutput(transfer);
  const step = differenceStep(law);
  return {
    below: (ps) => mean(argumentPerDigit * (ps + bias - step)),
    above: (ps) => mean(argumentPerDigit * (ps + bias + step)),
  };
}

/** Central difference of E[o] over a thousandth of a width: relative error about 1e-7. */
function expectationSlope(law: ConversionLaw): (partialSum: number) => number {
  const { below, above } = expectedAround(law);
  const step = differenceStep(law);
  return (ps) => (above(ps) - below(ps)) / (2 * step);
}
