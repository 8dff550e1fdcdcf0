import type { PopulationSpread } from '../calibration/population.js';
import type { SwitchingCurve } from '../calibration/switching-curve.js';

/**
 * What turns one array column's partial sum into a digital number. Bit converters (`sign`, `mtj`,
 * `expectation`, `tanh`) give o in [-1, 1]; `ideal` and `adc` give o in units of the partial sum.
 */
export type Converter =
  | IdealConverter
  | SignConverter
  | MtjConverter
  | ExpectationConverter
  | TanhConverter
  | AdcConverter;

/** o = PS, exactly. */
export interface IdealConverter {
  readonly kind: 'ideal';
}

/** A sense amplifier: o = +1 where the converter's input is >= 0 (zero gives +1), else -1. */
export interface SignConverter {
  readonly kind: 'sign';
}

/**
 * o = mean of T draws of +-1 with P(+1) = p(I) of the calibrated curve. With `staggerWidths` S, sample t is
 * taken at I + S ((t + 1/2)/T - 1/2) curve widths: the converter's bias source steps through T currents, so
 * that the samples' thresholds stand side by side, as in a flash converter, instead of on one spot.
 */
export interface MtjConverter {
  readonly kind: 'mtj';
  readonly curve: SwitchingCurve;
  readonly samples: Samples;
  readonly staggerWidths?: number;
  readonly population?: MagnetPopulation;
  readonly readError?: ReadError;
}

/** A chip's magnets: one a column of every array, around the nominal curve. */
export interface MagnetPopulation {
  readonly spread: PopulationSpread;
  /** Number of the chip: the same magnets in every run that names it. */
  readonly chip: number;
}

/** Probabilities that a state is read as the other: +1 read as -1, and -1 read as +1. */
export interface ReadError {
  readonly plusAsMinus: number;
  readonly minusAsPlus: number;
}

/** The limit of infinitely many samples: o = 2 p(I) - 1; of staggered ones, the mean over their T currents. */
export interface ExpectationConverter {
  readonly kind: 'expectation';
  readonly curve: SwitchingCurve;
  readonly samples?: Samples;
  readonly staggerWidths?: number;
  readonly population?: MagnetPopulation;
  readonly readError?: ReadError;
}

/**
 * The authors' behavioural transfer: P(+1) = (1 + tanh(slope z))/2 = sigma(2 slope z), z the normalised
 * partial sum (per-pixel normalised, or gain * (PS + bias) taken as a plain number).
 */
export interface TanhConverter {
  readonly kind: 'tanh';
  readonly slope: number;
  /** T, or `infinite` for o = tanh(slope z), or `sign` for the draw replaced by sign(z). */
  readonly samples: Samples | 'infinite' | 'sign';
  /** What z = 0 gives: `draw` is a fair coin (+1 for `sign`), `zero` is o = 0. */
  readonly zero: 'draw' | 'zero';
}

/**
 * A uniform mid-tread analog-to-digital converter of `bits` (2^bits levels) on the integer partial sum.
 * `range` is [lowest, highest] partial sum that the end levels stand for: `full` takes what the array
 * could at most give, a number clips at +- that fraction of it, `calibrated` takes the layer's recorded
 * [low, high] from `ranges`. Errors are static and belong to the chip (column-errors.ts).
 */
export interface AdcConverter {
  readonly kind: 'adc';
  readonly bits: number;
  /** Bits for the most significant slice where it differs (sparse low-bit ADC, arXiv:1909.08496). */
  readonly topSliceBits?: number;
  readonly range: 'full' | 'calibrated' | { readonly clip: number };
  readonly ranges?: Readonly<Record<string, readonly [number, number]>>;
  /** Standard deviation of a column's offset, in units of one level. */
  readonly offsetSigma?: number;
  /** Relative standard deviation of a column's gain. */
  readonly gainSigma?: number;
  /** What a mismatch acts on: each column's capacitors (`sar`, the default), or an array's ramp. */
  readonly architecture?: 'sar' | 'ramp';
  /** Relative standard deviation of a unit capacitor, or of a step of the ramp. */
  readonly mismatchSigma?: number;
  /** Number of the chip whose errors these are; 1 when left out. */
  readonly chip?: number;
}

/** T: the same everywhere, or by layer (with `default`), times the factors of slice and stream. */
export type Samples =
  | number
  | {
      readonly default: number;
      readonly layers: Readonly<Record<string, number>>;
      /** Factor of each slice, least significant first; 1 beyond the list. */
      readonly slices?: readonly number[] | undefined;
      /** Factor of each stream, least significant first; 1 beyond the list. */
      readonly streams?: readonly number[] | undefined;
    };

export const samplesOf = (samples: Samples, layer: string): number =>
  typeof samples === 'number' ? samples : (samples.layers[layer] ?? samples.default);

/** T of one slice and one stream. */
export function samplesAt(samples: Samples, layer: string, slice: number, stream: number): number {
  const base = samplesOf(samples, layer);
  if (typeof samples === 'number') return base;
  return base * (samples.slices?.[slice] ?? 1) * (samples.streams?.[stream] ?? 1);
}

/** Whether the converter gives o in [-1, 1] rather than a number of partial-sum units. */
export const isBitConverter = ({ kind }: Converter): boolean => kind !== 'ideal' && kind !== 'adc';
