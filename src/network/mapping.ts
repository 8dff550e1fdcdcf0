/**
 * How a layer is put on crossbars. Everything a chip must realise is explicit; plain data, SI units.
 * The arithmetic each field stands for is in `partial-sum-layer.ts`.
 */
export interface Mapping extends LayerMapping {
  readonly name: string;
  /** Which layers stay high-precision digital (float); names override `first` and `last`. */
  readonly policy: {
    readonly first: LayerPolicy;
    readonly last: LayerPolicy;
    readonly layers?: Readonly<Record<string, LayerPolicy>>;
  };
  /** Cells and read-out common to all arrays. */
  readonly cell: CellConductance;
  /** Overrides by layer name. */
  readonly layers?: Readonly<Record<string, Partial<LayerMapping>>>;
}

export type LayerPolicy = 'float' | 'mapped';

export interface CellConductance {
  /** Conductance of a cell in its on state (S). */
  readonly onSiemens: number;
  /** Conductance in its off state (S); 0 for a perfect cell. */
  readonly offSiemens: number;
  /** Voltage of a row driven by digit 1 (V). */
  readonly readVolt: number;
}

/** What may differ from layer to layer. */
export interface LayerMapping {
  /** X: bits of a weight code. */
  readonly weightBits: number;
  readonly bitsPerSlice: number;
  /** Y: bits of an activation code. */
  readonly activationBits: number;
  readonly bitsPerStream: number;
  readonly signedScheme: SignedScheme;
  readonly encoding: ActivationEncoding;
  readonly weightQuantiser: WeightQuantiser;
  readonly activationQuantiser: ActivationQuantiser;
  /** |w| that the largest code stands for; `max` takes the layer's largest |w|. */
  readonly weightScale: number | 'max';
  /** |x| that the largest code stands for. */
  readonly inputScale: number;
  /** `away-from-zero` only: levels a unit of weight; 2^(X-1) when left out. */
  readonly weightLevels?: number | undefined;
  /** `away-from-zero` only: levels a unit of activation; 2^(Y-1) when left out. */
  readonly activationLevels?: number | undefined;
  /** R. */
  readonly rowsPerArray: number;
  /** Columns of one array (each differential pair counts as one); only the tile count depends on it. */
  readonly columnsPerArray: number;
  /** `fill`: every chunk has R rows but the last; `equal`: ceil(K / chunks) rows but the last. */
  readonly chunkRule: 'fill' | 'equal';
  /** Order of im2col rows: (channel, kernel position) or (kernel position, channel). */
  readonly rowOrder: 'channel-major' | 'kernel-position-major';
  /**
   * Current-mirror ratio between column and converter: dimensionless, realisable, and positive.
   * I = gain * readVolt * (on - off) * (PS + biasRow) for the differential schemes.
   */
  readonly gain: number;
  /**
   * Constantly driven bias row, in units of one cell's digit 1: one number, one per column, or one per chunk
   * and column (chunk after chunk), since every array has a row of its own.
   */
  readonly biasRow: number | readonly number[];
  /**
   * `folded`: the batch norm behind the layer is realised by weights, gain and bias row (fold-batch-norm.ts);
   * kept as a digital node when left out.
   */
  readonly batchNorm?: 'kept' | 'folded' | undefined;
  /** Bit converters' outputs over the chunks: their mean (the default), or their plain sum. */
  readonly chunkMerge?: 'mean' | 'sum' | undefined;
  /** Not realisable on a chip; for comparison with the authors' code only. */
  readonly normalisation: PartialSumNormalisation;
}

/**
 * - `differential`: each slice digit is odd, +-1 for one bit (one cell of the pair on, the other off);
 *   a code u of X bits stands for (2u - (2^X - 1)) / (2^X - 1), so there is no zero.
 * - `sign-magnitude`: a differential pair, sliced magnitude of X - 1 bits; digit 0 leaves both cells off.
 * - `offset-column`: unsigned slices; the exact sum of the driven digits, read from an offset column,
 *   is subtracted digitally after conversion (ISAAC's biased weights, Shafiee et al., ISCA 2016).
 * - `twos-complement`: unsigned slices, the top bit weighs negatively.
 * - `separate-arrays`: positive and negative magnitudes on arrays of their own, each converted,
 *   subtracted digitally (PRIME, Chi et al., ISCA 2016).
 */
export type SignedScheme =
  'differential' | 'sign-magnitude' | 'offset-column' | 'twos-complement' | 'separate-arrays';

/** `unipolar`: x in [0, scale], digits >= 0. `bipolar`: x in [-scale, scale], odd digits of both signs. */
export type ActivationEncoding = 'unipolar' | 'bipolar';

/**
 * - `nearest`: round to the scheme's nearest level, clamped at the scale.
 * - `away-from-zero`: sign(w) ceil(|w| m) with m = 2^(X-1) steps a unit, one multi-level slice
 *   (zero only for an exact zero); the authors' rule. `clamp: false` keeps levels above one.
 *   `standardise` first takes (w - mean) / std (unbiased) per output channel; `powerOfTwoScale`
 *   multiplies each channel by 2^round(log2(mean |w_standardised|)).
 */
export type WeightQuantiser =
  | { readonly kind: 'nearest' }
  | {
      readonly kind: 'away-from-zero';
      readonly clamp: boolean;
      readonly standardise: boolean;
      readonly powerOfTwoScale: boolean;
    };

/**
 * `away-from-zero`: sign(x) ceil(|x| m) / m with m = 2^(Y-1), one multi-level stream; 0 stays 0, and one bit is
 * the sign. `away-from-zero-unclamped` keeps levels above the scale, for inputs that pass it (image pixels).
 */
export type ActivationQuantiser = 'nearest' | 'away-from-zero' | 'away-from-zero-unclamped';

/**
 * `per-pixel` gives the converter z_o = (t_o - mean_o) / sqrt(variance_o + epsilon) over the outputs o
 * of one chunk and pixel (unbiased variance), where t_o is the partial sum in weight units.
 */
export type PartialSumNormalisation =
  { readonly kind: 'none' } | { readonly kind: 'per-pixel'; readonly epsilon: number };

/** m of `away-from-zero`: levels a unit of weight. */
export const weightLevelsOf = ({ weightLevels, weightBits }: LayerMapping): number =>
  weightLevels ?? 2 ** (weightBits - 1);

/** m of `away-from-zero`: levels a unit of activation. */
export const activationLevelsOf = ({ activationLevels, activationBits }: LayerMapping): number =>
  activationLevels ?? 2 ** (activationBits - 1);

/** A layer's own mapping: the mapping with that layer's overrides. */
export function layerMapping(mapping: Mapping, layer: string): LayerMapping {
  return { ...mapping, ...mapping.layers?.[layer] };
}

/** Whether a layer is mapped to crossbars; `layers` lists the graph's matrix nodes in order. */
export function isMapped(mapping: Mapping, layer: string, layers: readonly string[]): boolean {
  const { first, last, layers: named } = mapping.policy;
  const byPlace = layer === layers[0] ? first : layer === layers.at(-1) ? last : 'mapped';
  return (named?.[layer] ?? byPlace) === 'mapped';
}

/** One-bit slices and streams of 4-bit weights and activations on differential pairs, R = 128. */
export const defaultMapping: Mapping = {
  name: 'stox-net',
  weightBits: 4,
  bitsPerSlice: 1,
  activationBits: 4,
  bitsPerStream: 1,
  signedScheme: 'differential',
  encoding: 'bipolar',
  weightQuantiser: { kind: 'nearest' },
  activationQuantiser: 'nearest',
  weightScale: 'max',
  inputScale: 1,
  rowsPerArray: 128,
  columnsPerArray: 128,
  chunkRule: 'fill',
  rowOrder: 'channel-major',
  gain: 1,
  biasRow: 0,
  normalisation: { kind: 'none' },
  policy: { first: 'mapped', last: 'float' },
  cell: { onSiemens: 1 / 5e3, offSiemens: 1 / 10e3, readVolt: 0.1 },
};
