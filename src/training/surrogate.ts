import { binomialThresholds } from '../network/conversion-draws.js';
import type { Transfer } from '../network/transfer.js';

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

/** Tables over PS = -span .. span by exactly the inference engine's functions. */
export function conversionTables(
  law: ConversionLaw,
  span: number,
  estimator: Estimator,
): ConversionTables {
  const { transfer, argumentPerDigit, bias } = law;
  const size = 2 * span + 1;
  const argument = (partialSum: number): number => argumentPerDigit * (partialSum + bias);
  const slopes = new Float32Array(size);
  const slope = surrogateSlope(law, estimator);
  for (let index = 0; index < size; index += 1) slopes[index] = slope(index - span);
  if (transfer.kind === 'value') {
    const values = Float32Array.from({ length: size }, (_, index) =>
      transfer.value(argument(index - span)),
    );
    return { span, samples: 0, thresholds: new Uint16Array(0), values, slopes };
  }
  const { samples, probability } = transfer;
  const thresholds = new Uint16Array(size * samples);
  for (let index = 0; index < size; index += 1)
    binomialThresholds(probability(argument(index - span)), samples, thresholds, index * samples);
  return { span, samples, thresholds, values: new Float32Array(0), slopes };
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
  const mean = (argument: number): number =>
    transfer.kind === 'value' ? transfer.value(argument) : 2 * transfer.probability(argument) - 1;
  const step = 1e-3 / widthsPerDigit;
  return (ps) => {
    const above = mean(argumentPerDigit * (ps + bias + step));
    const below = mean(argumentPerDigit * (ps + bias - step));
    return (above - below) / (2 * step);
  };
}
