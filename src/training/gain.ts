import type { CellConductance, Converter, LayerMapping } from '../network/index.js';
import { weightLevelsOf } from '../network/mapping.js';

/** Slope at the origin of E[o] per width of a probit: 2 phi(0). */
const PROBIT_SLOPE = Math.sqrt(2 / Math.PI);

/**
 * The width that a converter's argument is measured in: the curve's own (A), or for the behavioural
 * tanh the width of the probit that matches its slope at the origin.
 */
export function converterWidth(converter: Converter): number {
  switch (converter.kind) {
    case 'mtj':
    case 'expectation':
      return converter.curve.fit.widthAmpere;
    case 'tanh':
      return PROBIT_SLOPE / converter.slope;
    default:
      return 1;
  }
}

export interface LayerGain {
  /** The mapping's `gain`: a current-mirror ratio. */
  readonly gain: number;
  /** Curve widths per unit of the partial sum. */
  readonly widthsPerDigit: number;
}

export interface GainContext {
  readonly mapping: LayerMapping;
  readonly cell: CellConductance;
  readonly converter: Converter;
  /** Root mean square of the converter's argument that the gain aims at, in curve widths. */
  readonly gainWidths: number;
}

/**
 * The gain that gives partial sums of this mean square (digits squared) a root mean square argument of
 * `gainWidths` curve widths. One number a layer, so a current mirror realises it.
 */
export function layerGain(
  { mapping, cell, converter, gainWidths }: GainContext,
  meanSquare: number,
): LayerGain {
  const widthsPerDigit = gainWidths / Math.sqrt(meanSquare);
  return { gain: gainFromWidths({ mapping, cell, converter }, widthsPerDigit), widthsPerDigit };
}

/** The current-mirror ratio that puts one digit of partial sum at `widthsPerDigit` curve widths. */
export function gainFromWidths(
  { mapping, cell, converter }: Omit<GainContext, 'gainWidths'>,
  widthsPerDigit: number,
): number {
  const argument = widthsPerDigit * converterWidth(converter);
  if (converter.kind === 'tanh') return argument;
  return argument / (cell.readVolt * (cell.onSiemens - cell.offSiemens) * cellShareOf(mapping));
}

/** Share of a cell's swing that one unit of a digit takes. */
export const cellShareOf = (mapping: LayerMapping): number =>
  1 /
  (mapping.weightQuantiser.kind === 'nearest'
    ? 2 ** mapping.bitsPerSlice - 1
    : weightLevelsOf(mapping));

/** Mean square of partial sums of uniformly distributed odd digits: what training starts from. */
export function expectedMeanSquare(rows: number, mapping: LayerMapping): number {
  const digitSquare = (bits: number): number => ((2 ** bits - 1) * (2 ** bits + 1)) / 3;
  const weightSquare = digitSquare(mapping.bitsPerSlice);
  const activationSquare = digitSquare(mapping.bitsPerStream);
  const chunkLength = rows / Math.ceil(rows / mapping.rowsPerArray);
  return chunkLength * weightSquare * activationSquare;
}
