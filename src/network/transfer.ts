import { curveFunctions } from '../calibration/evaluate-curve.js';
import { invalidInput } from '../errors/index.js';
import type { SwitchingCurve } from '../calibration/switching-curve.js';
import { logistic, tanh } from '../numerics/exponential.js';
import {
  samplesAt,
  type AdcConverter,
  type Converter,
  type ReadError,
  type TanhConverter,
} from './converter.js';
import type { CellConductance, LayerMapping } from './mapping.js';

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
        zeroGivesZero: false,
      };
    case 'expectation': {
      const probability = asRead(curveOf(converter.curve), converter.readError);
      return { kind: 'value', value: (current) => 2 * probability(current) - 1 };
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
