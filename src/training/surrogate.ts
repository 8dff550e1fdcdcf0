import {
  countThresholds,
  expectedOutput,
  isSaturated,
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

/** One slice's conversion by integer partial sum PS, index PS + span. */
export interface ConversionTables {
  readonly span: number;
  /** 0 when `values` decides. */
  readonly samples: number;
  /** `samples` 16-bit thresholds an entry; empty for deterministic converters. */
  readonly thresholds: Uint16Array;
  /** o of deterministic converters; empty for draws. */
  readonly values: Float32Array;
  /** d o / d PS of the surrogate. */
  readonly slopes: Float32Array;
}

export interface ConversionLaw {
  readonly transfer: Transfer;
  /** Converter argument per unit of (PS + bias). */
  readonly argumentPerDigit: number;
  readonly bias: number;
  /** Curve widths per unit of the partial sum: what the gate is measured in. */
  readonly widthsPerDigit: number;
}

/**
 * Tables over PS = -span .. span by exactly the inference engine's functions. Draws are tabulated where the
 * curve (monotone) is not saturated, and repeated beyond; the expectation's slope is 0 there.
 */
export function conversionTables(
  law: ConversionLaw,
  span: number,
  estimator: Estimator,
): ConversionTables {
  const { transfer, argumentPerDigit, bias } = law;
  const size = 2 * span + 1;
  const argument = (partialSum: number): number => argumentPerDigit * (partialSum + bias);
  const active = activeSpan(law, span);
  const slopes = new Float32Array(size);
  const slope = surrogateSlope(law, estimator);
  const reach = estimator.kind === 'expectation' ? active : span;
  for (let ps = -reach; ps <= reach; ps += 1) slopes[ps + span] = slope(ps);
  if (transfer.kind === 'value') {
    const values = Float32Array.from({ length: size }, (_, index) =>
      transfer.value(argument(index - span)),
    );
    return { span, samples: 0, thresholds: new Uint16Array(0), values, slopes };
  }
  const { samples } = transfer;
  const thresholds = new Uint16Array(size * samples);
  for (let ps = -active; ps <= active; ps += 1)
    countThresholds(transfer, argument(ps), thresholds, (ps + span) * samples);
  const first = (span - active) * samples;
  const last = (span + active) * samples;
  for (let at = 0; at < first; at += samples) thresholds.copyWithin(at, first, first + samples);
  for (let at = last + samples; at < thresholds.length; at += samples)
    thresholds.copyWithin(at, last, last + samples);
  return { span, samples, thresholds, values: new Float32Array(0), slopes };
}

/** Half-range of partial sums beyond which draws no longer depend on the sum; all of it for values. */
function activeSpan({ transfer, argumentPerDigit, bias }: ConversionLaw, span: number): number {
  if (transfer.kind === 'value') return span;
  const saturated = (ps: number): boolean => isSaturated(transfer, argumentPerDigit * (ps + bias));
  let active = 1;
  while (active < span && !(saturated(active) && saturated(-active))) active *= 2;
  return Math.min(span, active);
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

/** Central difference of E[o] over a thousandth of a width: relative error about 1e-7. */
function expectationSlope({
  transfer,
  argumentPerDigit,
  bias,
  widthsPerDigit,
}: ConversionLaw): (partialSum: number) => number {
  const mean = expectedOutput(transfer);
  const step = 1e-3 / widthsPerDigit;
  return (ps) => {
    const above = mean(argumentPerDigit * (ps + bias + step));
    const below = mean(argumentPerDigit * (ps + bias - step));
    return (above - below) / (2 * step);
  };
}
