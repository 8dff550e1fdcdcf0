import { curveFunctions } from '../calibration/evaluate-curve.js';
import { invalidInput } from '../errors/index.js';
import type { SwitchingCurve } from '../calibration/switching-curve.js';
import { logistic, tanh } from '../numerics/exponential.js';
import { binomialThresholds, unequalThresholds } from './conversion-draws.js';
import {
  samplesAt,
  type AdcConverter,
  type Converter,
  type ReadError,
  type TanhConverter,
} from './converter.js';
import type { CellConductance, LayerMapping } from './mapping.js';
import { meanOver, staggerOf } from './stagger.js';

/**
 * A converter as one layer sees it: what a column's partial sum gives. `argument` is what the transfer
 * takes: a current (A) for curves, a plain number for `tanh`, `sign` and `adc`.
 */
export type Transfer =
  | { readonly kind: 'value'; readonly value: (argument: number) => number }
  | {
      readonly kind: 'draw';
      readonly samples: number;
      /** P(+1) of one sample. */
      readonly probability: (argument: number) => number;
      /** Added to the argument, one a sample, where samples are staggered. */
      readonly offsets?: readonly number[] | undefined;
      /** Whether an argument of exactly 0 gives o = 0 instead of a draw. */
      readonly zeroGivesZero: boolean;
    };

export interface TransferContext {
  readonly layer: string;
  readonly mapping: LayerMapping;
  readonly cell: CellConductance;
  /** Largest |partial sum| the array can give, in digit units. */
  readonly largestPartialSum: number;
  /** Share of (on - off) per unit of digit: `WeightSlice.cellShare`. */
  readonly cellShare: number;
  /** Whether this is the most significant slice. */
  readonly topSlice: boolean;
  /** Where T differs by slice and stream; 0 when left out. */
  readonly slice?: number;
  readonly stream?: number;
}

/** The transfer of one slice of one layer. */
export function transferOf(converter: Converter, context: TransferContext): Transfer {
  switch (converter.kind) {
    case 'ideal':
      return { kind: 'value', value: (partialSum) => partialSum };
    case 'sign':
      return { kind: 'value', value: (argument) => (argument >= 0 ? 1 : -1) };
    case 'mtj':
      return {
        kind: 'draw',
        samples: samplesIn(converter.samples, context),
        probability: asRead(curveOf(converter.curve), converter.readError),
        offsets: staggerOf(converter, context),
        zeroGivesZero: false,
      };
    case 'expectation': {
      const probability = asRead(curveOf(converter.curve), converter.readError);
      const mean = meanOver(probability, staggerOf(converter, context));
      return { kind: 'value', value: (current) => 2 * mean(current) - 1 };
    }
    case 'tanh':
      return tanhTransfer(converter, context);
    case 'adc':
      return { kind: 'value', value: adcTransfer(converter, context) };
  }
}

/**
 * Factor from (PS + bias) to the transfer's argument. Curves: gain * V (G_on - G_off) * cellShare, ampere;
 * `tanh`: the gain alone; `ideal`, `adc`: 1 (the gain is undone digitally); `sign`: any positive number.
 */
export function argumentPerDigit(
  converter: Converter,
  { mapping, cell, cellShare }: TransferContext,
): number {
  switch (converter.kind) {
    case 'mtj':
    case 'expectation':
      return mapping.gain * cell.readVolt * (cell.onSiemens - cell.offSiemens) * cellShare;
    case 'tanh':
      return mapping.gain;
    default:
      return 1;
  }
}

/** Whether the bias row acts: converters that give back partial-sum units have it subtracted digitally. */
export const takesBias = ({ kind }: Converter): boolean => kind !== 'ideal' && kind !== 'adc';

/** p(I) of the signal current: reset-and-pulse protocols add their bias current I50 in the converter. */
export function curveOf(curve: SwitchingCurve): (currentAmpere: number) => number {
  const { probability } = curveFunctions(curve);
  const biasAmpere = currentBias(curve);
  return (currentAmpere) => probability(currentAmpere + biasAmpere);
}

/** The bias current that a protocol adds (A). */
export const currentBias = (curve: SwitchingCurve): number =>
  curve.protocol.kind === 'reset-and-pulse' ? curve.fit.centreAmpere : 0;

/** Draws alone. */
export type DrawTransfer = Extract<Transfer, { readonly kind: 'draw' }>;

/** E[o] of a transfer. */
export function expectedOutput(transfer: Transfer): (argument: number) => number {
  if (transfer.kind === 'value') return transfer.value;
  const mean = meanOver(transfer.probability, transfer.offsets);
  return (x) => 2 * mean(x) - 1;
}

/** Thresholds of the count of +1 outcomes at this argument (conversion-draws.ts). */
export function countThresholds(
  { samples, probability, offsets }: DrawTransfer,
  argument: number,
  out: Uint16Array,
  at = 0,
): void {
  if (offsets)
    unequalThresholds(samples, (sample) => probability(argument + offsets[sample]), out, at);
  else binomialThresholds(probability(argument), samples, out, at);
}

/** Probabilities beyond these change no 16-bit draw. */
const SATURATED = 2 ** -18;

/** Whether every sample's outcome is certain at this argument, and the same (curves are monotone). */
export function isSaturated({ probability, offsets }: DrawTransfer, argument: number): boolean {
  const [first, last] = offsets ? [offsets[0], offsets[offsets.length - 1]] : [0, 0];
  const [low, high] = [probability(argument + first), probability(argument + last)];
  return Math.max(low, high) < SATURATED || Math.min(low, high) > 1 - SATURATED;
}

const samplesIn = (
  samples: Parameters<typeof samplesAt>[0],
  { layer, slice = 0, stream = 0 }: TransferContext,
): number => samplesAt(samples, layer, slice, stream);

/** P(read as +1) where states are misread. */
function asRead(
  probability: (current: number) => number,
  error: ReadError | undefined,
): (current: number) => number {
  if (!error) return probability;
  const { plusAsMinus, minusAsPlus } = error;
  return (current) => {
    const p = probability(current);
    return p * (1 - plusAsMinus) + (1 - p) * minusAsPlus;
  };
}

function tanhTransfer({ slope, samples, zero }: TanhConverter, context: TransferContext): Transfer {
  if (samples === 'sign')
    return { kind: 'value', value: (z) => (z === 0 && zero === 'zero' ? 0 : z >= 0 ? 1 : -1) };
  if (samples === 'infinite') return { kind: 'value', value: (z) => tanh(slope * z) };
  return {
    kind: 'draw',
    samples: samplesIn(samples, context),
    probability: (z) => logistic(2 * slope * z),
    zeroGivesZero: zero === 'zero',
  };
}

/** Clamp to [low, high], round to the nearest of 2^bits evenly spaced levels, the ends included. */
function adcTransfer(
  converter: AdcConverter,
  context: TransferContext,
): (partialSum: number) => number {
  const [low, high, bits] = adcRange(converter, context);
  const step = (high - low) / (2 ** bits - 1);
  return (partialSum) => {
    const level = Math.round((Math.max(low, Math.min(high, partialSum)) - low) / step);
    return low + level * step;
  };
}

/** Lowest and highest level (partial-sum units), and bits, of one slice's converter. */
export function adcRange(
  { bits, topSliceBits, range, ranges }: AdcConverter,
  { layer, largestPartialSum: largest, topSlice }: TransferContext,
): readonly [number, number, number] {
  const own = topSlice ? (topSliceBits ?? bits) : bits;
  if (range === 'full') return [-largest, largest, own];
  if (range !== 'calibrated') return [-largest * range.clip, largest * range.clip, own];
  const recorded = ranges?.[layer];
  if (!recorded)
    throw invalidInput({
      code: 'network.no-range',
      what: `the converter has no calibrated range for layer ${layer}`,
      mend: 'give `converter.ranges`, or another `converter.range`',
    });
  return [recorded[0], recorded[1], own];
}
