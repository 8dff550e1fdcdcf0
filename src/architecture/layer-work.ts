/**
 * What one layer asks of the hardware for one image: the only thing the cost model knows of a network.
 * Derived from the same graph, mapping and converter that the accuracy run uses.
 */
export interface LayerWork {
  readonly name: string;
  /** Whether the layer lies on crossbars; else its products are digital and no array is read. */
  readonly mapped: boolean;
  /** Output positions: height x width of a convolution's output, 1 for a linear layer. */
  readonly positions: number;
  /** K: rows of the weight matrix (of one group). */
  readonly inputs: number;
  /** N: columns of the weight matrix (of all groups). */
  readonly outputs: number;
  /** Groups of a grouped convolution, each on arrays of its own; 1 otherwise. */
  readonly groups: number;
  /** Values of the layer's input tensor. */
  readonly inputValues: number;
  /** Rows of the output and input images and the window between them, for the pipeline schedule. */
  readonly outputHeight: number;
  readonly inputHeight: number;
  readonly kernelHeight: number;
  readonly strideHeight: number;
  readonly paddingHeight: number;
  /** Names of the layers whose output this one reads. */
  readonly after: readonly string[];
  readonly activationBits: number;
  readonly bitsPerStream: number;
  readonly bitsPerSlice: number;
  readonly streams: number;
  readonly slices: number;
  readonly rowsPerArray: number;
  readonly columnsPerArray: number;
  /** Physical bit lines behind one converter: 2 for a differential pair, else 1. */
  readonly linesPerColumn: number;
  /** T per conversion; 1 for converters that do not sample. */
  readonly samples: number;
  /** Factors on T of each slice and stream, least significant first; 1 where left out or beyond the list. */
  readonly sliceFactors?: readonly number[] | undefined;
  readonly streamFactors?: readonly number[] | undefined;
  /** Values compared or added by the pools between this layer and the next ones, one image. */
  readonly poolings: number;
  /** Additions of residual joins between this layer and the next ones, one image. */
  readonly additions: number;
}

/** Integer counts of what happens in one layer for one image. */
export interface LayerEvents {
  readonly name: string;
  readonly chunks: number;
  readonly tiles: number;
  /** Activations of one array (every stream of every position reads every tile). */
  readonly arrayReads: number;
  /** Rows driven by their 1-bit (or few-bit) DAC, an upper bound that counts zeros too. */
  readonly rowDrives: number;
  readonly conversions: number;
  /** Conversions of the most significant slice among them (sparse ADCs treat it apart). */
  readonly topSliceConversions: number;
  /** Stochastic samples: conversions times their T. */
  readonly samples: number;
  /** One per conversion: shift by slice and stream, add to the accumulator. */
  readonly shiftAdds: number;
  /** Bytes read from the input buffer, every value once per row of arrays that needs it. */
  readonly bufferReadBytes: number;
  readonly bufferWriteBytes: number;
  /** Bytes moved over the bus between buffer and arrays, and back. */
  readonly busBytes: number;
  readonly activations: number;
  /** Values that pools after the layer compare or add. */
  readonly poolings: number;
  /** Additions of the residual joins after the layer. */
  readonly additions: number;
  readonly multiplyAccumulates: number;
}

/**
 * Counts the events of one layer. Conversions = positions x outputs x chunks x slices x streams; with one
 * slice, stream and sample ResNet-20 has 745,472 / 466,944 / 274,432 at 64 / 128 / 256 rows.
 */
export function countEvents(work: LayerWork): LayerEvents {
  const { positions, inputs, outputs, groups, streams, slices, samples } = work;
  const { activationBits, inputValues, poolings, additions } = work;
  const chunks = Math.ceil(inputs / work.rowsPerArray);
  const columnTiles = groups * Math.ceil(columnsOfGroup(work) / work.columnsPerArray);
  const tiles = chunks * columnTiles;
  const conversions = positions * outputs * chunks * slices * streams;
  const inputBytes = Math.ceil((inputValues * activationBits) / 8);
  const outputBytes = Math.ceil((positions * outputs * activationBits) / 8);
  const digital = {
    name: work.name,
    bufferReadBytes: inputBytes,
    bufferWriteBytes: outputBytes,
    busBytes: inputBytes + outputBytes,
    activations: positions * outputs,
    poolings,
    additions,
    multiplyAccumulates: positions * inputs * outputs,
  };
  if (!work.mapped) return { ...NOTHING_ON_ARRAYS, ...digital };
  return {
    ...digital,
    chunks,
    tiles,
    arrayReads: positions * streams * tiles,
    rowDrives: positions * streams * inputs * columnTiles,
    conversions,
    topSliceConversions: conversions / slices,
    // Every slice and stream has as many conversions as any other, and T is a product of their factors.
    samples:
      ((conversions * samples) / (slices * streams)) *
      sum(sliceFactorsOf(work)) *
      sum(streamFactorsOf(work)),
    shiftAdds: conversions,
  };
}

/** Factors on T of every slice, and of every stream. */
export const sliceFactorsOf = ({ slices, sliceFactors }: LayerWork): readonly number[] =>
  Array.from({ length: slices }, (_, s) => sliceFactors?.[s] ?? 1);
export const streamFactorsOf = ({ streams, streamFactors }: LayerWork): readonly number[] =>
  Array.from({ length: streams }, (_, t) => streamFactors?.[t] ?? 1);

/** The largest T of the layer's conversions. */
export const mostSamples = (work: LayerWork): number =>
  work.samples * Math.max(...sliceFactorsOf(work)) * Math.max(...streamFactorsOf(work));

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

/** Columns that one group of a layer takes on its arrays, slices side by side. */
export const columnsOfGroup = ({ outputs, groups, slices }: LayerWork): number =>
  (outputs / groups) * slices;

/** Columns in use on one array of the layer. */
export const columnsInUse = (work: LayerWork): number =>
  Math.min(work.columnsPerArray, columnsOfGroup(work));

const NOTHING_ON_ARRAYS = {
  chunks: 0,
  tiles: 0,
  arrayReads: 0,
  rowDrives: 0,
  conversions: 0,
  topSliceConversions: 0,
  samples: 0,
  shiftAdds: 0,
} as const;
