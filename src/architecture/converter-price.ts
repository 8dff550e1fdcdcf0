import { adcCost, fullPrecisionBits, type AdcFactors } from './adc.js';
import type { ComponentLibrary } from './component-schema.js';
import {
  columnsInUse,
  mostSamples,
  sliceFactorsOf,
  streamFactorsOf,
  type LayerEvents,
  type LayerWork,
} from './layer-work.js';

/** What one design pays for turning column currents into numbers. */
export type ConverterDesign =
  /** An ADC of `bits`, or of as many as lose nothing in each layer. */
  | { readonly kind: 'adc'; readonly bits: number | 'full'; readonly columnsPerConverter: number }
  /** Sparse low-bit ADC: few bits for the top slice, others for the rest (arXiv:1909.08496: 1 and 3). */
  | {
      readonly kind: 'sparse-adc';
      readonly topSliceBits: number;
      readonly bits: number;
      readonly columnsPerConverter: number;
    }
  /** SOT-MTJs: preset, write, read, count, T times; layers differ by their currents. */
  | {
      readonly kind: 'mtj';
      readonly price: MtjPrice;
      /** Columns that take turns at one magnet; 1: a magnet a column. */
      readonly columnsPerConverter: number;
      readonly byLayer?: Readonly<Record<string, MtjPrice>>;
    };

/** One stochastic sample of an SOT-MTJ converter, from its own device and protocol. */
export interface MtjPrice {
  /** Preset pulse: I^2 R t in the preset channel (J). */
  readonly presetJoule: number;
  /** Write: mean of I^2 R t over the column currents of the run (J). */
  readonly writeJoule: number;
  /** Read divider and inverter or sense amplifier (J). */
  readonly readJoule: number;
  /** Preset + write + relax + read (s). */
  readonly sampleSecond: number;
  /** Magnet, channel, access and read transistors (m^2). */
  readonly areaSquareMetre: number;
}

/** Price of the conversions of one layer. */
export interface ConversionPrice {
  /** Energy of all conversions of the layer for one image (J). */
  readonly energyJoule: number;
  /** Time during which one array's columns are converted in a read of each stream (s). */
  readonly secondsPerRead: readonly number[];
  /** Area of the converters of one array (m^2). */
  readonly areaPerArray: number;
  /** Static power of the converters of one array (W). */
  readonly leakagePerArray: number;
  /** Whether the array must be held in sample-and-hold circuits while the converters go round. */
  readonly held: boolean;
}

/** What a layer pays that converts nothing. */
export const NO_CONVERSION: ConversionPrice = {
  energyJoule: 0,
  secondsPerRead: [],
  areaPerArray: 0,
  leakagePerArray: 0,
  held: false,
};

/**
 * Prices the conversions of one layer. `conversions` and `topSliceConversions` come from `countEvents`.
 * A shared converter visits its columns one after another; those of an array work side by side. A magnet
 * takes its T samples before the next column, from a current that stays on.
 */
export function conversionPrice(
  design: ConverterDesign,
  work: LayerWork,
  {
    conversions,
    topSliceConversions,
    samples,
  }: Pick<LayerEvents, 'conversions' | 'topSliceConversions' | 'samples'>,
  library: ComponentLibrary,
  factors: AdcFactors = {},
): ConversionPrice {
  const columns = columnsInUse(work);
  if (design.kind === 'mtj') {
    const price = design.byLayer?.[work.name] ?? design.price;
    const { presetJoule, writeJoule, readJoule, sampleSecond, areaSquareMetre } = price;
    // A single sample is its own count: a register holds it.
    const most = mostSamples(work);
    const counterBits = Math.ceil(Math.log2(most + 1));
    const counter = most === 1 ? library.register : library.counter;
    const converters = work.columnsPerArray / design.columnsPerConverter;
    const inTurn = samplesInTurn(work, Math.ceil(Math.min(design.columnsPerConverter, columns)));
    const perSample = presetJoule + writeJoule + readJoule + counter.energy;
    return {
      energyJoule: samples * perSample,
      secondsPerRead: streamFactorsOf(work).map((factor) => factor * inTurn * sampleSecond),
      areaPerArray: converters * (areaSquareMetre + counterBits * counter.area),
      leakagePerArray: converters * counterBits * counter.leakage,
      held: false,
    };
  }
  const bits = design.kind === 'adc' ? bitsOf(design, work) : design.bits;
  const rest = adcCost(library.adc, bits, factors);
  const top = design.kind === 'adc' ? rest : adcCost(library.adc, design.topSliceBits, factors);
  const topColumns = columns / work.slices;
  const share = design.columnsPerConverter / work.columnsPerArray;
  const roundSeconds = topColumns * top.timeSecond + (columns - topColumns) * rest.timeSecond;
  return {
    energyJoule:
      topSliceConversions * top.energyJoule +
      (conversions - topSliceConversions) * rest.energyJoule,
    secondsPerRead: streamFactorsOf(work).map(() => Math.min(1, share) * roundSeconds),
    // The shared converter must manage the most demanding column it serves.
    areaPerArray: Math.max(top.areaSquareMetre, rest.areaSquareMetre) / share,
    leakagePerArray: Math.max(top.leakageWatt, rest.leakageWatt) / share,
    held: true,
  };
}

/**
 * Samples that the busiest magnet takes in a read of a stream of factor 1: slices stand side by side, so
 * neighbouring columns in turn have the factors of all slices.
 */
function samplesInTurn(work: LayerWork, columns: number): number {
  const factors = sliceFactorsOf(work);
  const from = (first: number): number => {
    let samples = 0;
    for (let i = 0; i < columns; i += 1) samples += factors[(first + i) % factors.length];
    return samples;
  };
  return work.samples * Math.max(...factors.map((_, first) => from(first)));
}

const bitsOf = ({ bits }: Extract<ConverterDesign, { kind: 'adc' }>, work: LayerWork): number =>
  bits === 'full'
    ? fullPrecisionBits(work.rowsPerArray, work.bitsPerStream, work.bitsPerSlice)
    : bits;
