import { curveFunctions } from '../calibration/evaluate-curve.js';
import { magnetCurve } from '../calibration/population.js';
import { philox4x32, type PhiloxKey } from '../numerics/philox.js';
import { normalQuantile } from '../numerics/special.js';
import { streamKey, uniform53FromWords } from '../numerics/stream.js';
import type { AdcConverter, Converter, MagnetPopulation } from './converter.js';
import type { SwitchingCurve } from '../calibration/switching-curve.js';
import { adcRange, currentBias, type TransferContext } from './transfer.js';

/**
 * How the converters of one array's columns differ from the nominal one. The nominal transfer is taken at
 * scale x + shift instead of x; a column with a `value` of its own takes that function instead.
 */
export interface ColumnErrors {
  readonly scale: Float64Array;
  /** In units of the transfer's argument. */
  readonly shift: Float64Array;
  readonly values?: readonly ((argument: number) => number)[];
}

/** Which array a column belongs to: every slice and chunk has converters of its own. */
export interface ArrayPlace {
  readonly group: number;
  readonly slice: number;
  readonly chunk: number;
  readonly columns: number;
}

/** Whether any two columns convert differently. */
export const hasColumnErrors = (converter: Converter): boolean =>
  converter.kind === 'adc'
    ? [converter.offsetSigma, converter.gainSigma, converter.mismatchSigma].some(
        (sigma) => (sigma ?? 0) > 0,
      )
    : (converter.kind === 'mtj' || converter.kind === 'expectation') &&
      converter.population !== undefined;

/** The errors of one array, the same in every run of the same chip; undefined where all columns are nominal. */
export function columnErrors(
  converter: Converter,
  context: TransferContext,
  place: ArrayPlace,
): ColumnErrors | undefined {
  if (!hasColumnErrors(converter)) return undefined;
  if (converter.kind === 'adc') return adcErrors(converter, context, place);
  if ((converter.kind === 'mtj' || converter.kind === 'expectation') && converter.population)
    return magnetErrors(converter.curve, converter.population, context.layer, place);
  return undefined;
}

/** One number for an array of a layer, then one a column: what counters of Philox take. */
const arrayNumber = ({ group, slice, chunk }: ArrayPlace): number =>
  (group * 256 + slice) * 65_536 + chunk;

/**
 * Magnet k's p(I) is the nominal p at half + (I - half - shift) / stretch (population.ts). One magnet a column
 * of each array, keyed by (chip, layer, group, slice, chunk, column).
 */
function magnetErrors(
  curve: SwitchingCurve,
  { spread, chip }: MagnetPopulation,
  layer: string,
  place: ArrayPlace,
): ColumnErrors {
  const half = curveFunctions(curve).inverse(0.5);
  const bias = currentBias(curve);
  const scale = new Float64Array(place.columns);
  const shift = new Float64Array(place.columns);
  const seed = streamKey(chip, `network.magnets.${layer}.${arrayNumber(place)}`).key0;
  for (let column = 0; column < place.columns; column += 1) {
    const { fit } = magnetCurve({ curve, spread, seed }, column);
    const stretch = fit.widthAmpere / curve.fit.widthAmpere;
    const moved = fit.centreAmpere - half - stretch * (curve.fit.centreAmpere - half);
    scale[column] = 1 / stretch;
    shift[column] = half - bias + (bias - half - moved) / stretch;
  }
  return { scale, shift };
}

function adcErrors(
  converter: AdcConverter,
  context: TransferContext,
  place: ArrayPlace,
): ColumnErrors {
  const { offsetSigma = 0, gainSigma = 0, mismatchSigma = 0, chip = 1 } = converter;
  const [low, high, bits] = adcRange(converter, context);
  const step = (high - low) / (2 ** bits - 1);
  const key = streamKey(chip, `network.adc.${context.layer}`);
  const array = arrayNumber(place);
  const columns = Array.from({ length: place.columns }, (_, column) => column);
  const normals = columns.map((column) => normalsAt(key, column, array, 0));
  const errors = {
    scale: Float64Array.from(normals, ([gain]) => 1 + gainSigma * gain),
    shift: Float64Array.from(normals, ([, offset]) => offsetSigma * offset * step),
  };
  if (mismatchSigma === 0) return errors;
  if (converter.architecture === 'ramp') {
    // One ramp serves an array.
    const value = rampValue(low, step, bits, mismatchSigma, (k) => normalsAt(key, k, array, 1)[0]);
    return { ...errors, values: columns.map(() => value) };
  }
  return {
    ...errors,
    values: columns.map((column) =>
      sarValue(low, step, bits, mismatchSigma, (b) => normalsAt(key, column, array, 2 + b)[0]),
    ),
  };
}

/**
 * Successive approximation by a binary-weighted capacitor array whose unit capacitor has the relative spread
 * `sigma`: bit b weighs 2^b (1 + sigma n / sqrt(2^b)). Digital levels are the nominal ones.
 */
export function sarValue(
  low: number,
  step: number,
  bits: number,
  sigma: number,
  normal: (bit: number) => number,
): (x: number) => number {
  const weights = Array.from(
    { length: bits },
    (_, b) => 2 ** b * (1 + (sigma * normal(b)) / Math.sqrt(2 ** b)),
  );
  return (x) => {
    // Half a level up, so that without mismatch the nearest level comes out.
    const target = (x - low) / step + 0.5;
    let sum = 0;
    let code = 0;
    for (let b = bits - 1; b >= 0; b -= 1)
      if (sum + weights[b] <= target) {
        sum += weights[b];
        code += 2 ** b;
      }
    return low + code * step;
  };
}

/**
 * A ramp of 2^bits - 1 steps, each of relative spread `sigma`, its ends trimmed; the code is the number of
 * steps whose middle the input has reached.
 */
export function rampValue(
  low: number,
  step: number,
  bits: number,
  sigma: number,
  normal: (step: number) => number,
): (x: number) => number {
  const count = 2 ** bits - 1;
  const ramp = new Float64Array(count + 1);
  for (let k = 1; k <= count; k += 1) ramp[k] = ramp[k - 1] + Math.max(0, 1 + sigma * normal(k));
  const total = ramp[count] || 1;
  const thresholds = ramp.map(
    (level, k) => ((level + ramp[Math.max(0, k - 1)]) / 2 / total) * count,
  );
  return (x) => {
    const target = (x - low) / step;
    let below = 0;
    let above = count + 1;
    while (above - below > 1) {
      const middle = (below + above) >> 1;
      if (thresholds[middle] <= target) below = middle;
      else above = middle;
    }
    return low + below * step;
  };
}

function normalsAt(key: PhiloxKey, a: number, b: number, c: number): readonly [number, number] {
  const words = new Uint32Array(4);
  philox4x32(key, a, b, c, 0, words);
  return [
    normalQuantile(uniform53FromWords(words[0], words[1])),
    normalQuantile(uniform53FromWords(words[2], words[3])),
  ];
}
