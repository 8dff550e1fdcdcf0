import {
  drawKernel,
  drawSideBySideKernel,
  type DrawKernel,
  type DrawSideBySideKernel,
} from './draws.js';
import { instantiateKernel } from './instantiate.js';
import { wasmBase64 as bitsBase64 } from './training-bits.generated.js';
import { wasmBase64 as columnsBase64 } from './training-columns.generated.js';
import { wasmBase64 as conversionBase64 } from './training-conversion.generated.js';
import { wasmBase64 as digitsBase64 } from './training-digits.generated.js';
import { wasmBase64 as layersBase64 } from './training-layers.generated.js';
import { wasmBase64 as shortConversionBase64 } from './training-short-conversion.generated.js';
import { wasmBase64 as weightsBase64 } from './training-weights.generated.js';
import {
  winogradKernels,
  type WholeGradientKernels,
  type WholeTileKernels,
  type WinogradProductKernels,
  type WinogradTileKernels,
} from './winograd.js';

/**
 * The training kernels over one memory. All arguments named like arrays are byte offsets into it; the
 * layouts are described in `training-columns.as.ts`, `training-digits.as.ts`, `training-bits.as.ts`,
 * `training-layers.as.ts`, `training-weights.as.ts`, `training-conversion.as.ts`,
 * `training-short-conversion.as.ts`, `draws.ts`, `winograd.ts`.
 */
export interface TrainingKernels {
  readonly memory: WebAssembly.Memory;
  readonly columns: ColumnKernels;
  readonly digits: DigitKernels;
  readonly bits: BitKernels;
  readonly layers: LayerKernels;
  readonly weights: WeightKernels;
  readonly draws: DrawKernel & DrawSideBySideKernel;
  readonly conversion: ConversionKernels & ShortConversionKernels;
  readonly winogradTiles: WinogradTileKernels;
  readonly winogradProducts: WinogradProductKernels;
  readonly wholeTiles: WholeTileKernels;
  readonly wholeGradient: WholeGradientKernels;
}

export interface ColumnKernels {
  columnsForward(
    x: number,
    rowOffsets: number,
    rows: number,
    pixelOffsets: number,
    pixels: number,
    weights: number,
    outputs: number,
    y: number,
    yStride: number,
    panel: number,
  ): void;
  columnsInputGradient(
    dx: number,
    rowOffsets: number,
    rows: number,
    pixelOffsets: number,
    pixels: number,
    weights: number,
    outputs: number,
    dy: number,
    dyStride: number,
    panel: number,
  ): void;
  columnsWeightGradient(
    x: number,
    rowOffsets: number,
    rows: number,
    pixelOffsets: number,
    pixels: number,
    dy: number,
    dyStride: number,
    outputs: number,
    gradient: number,
    panel: number,
  ): void;
}

/** The same on 16-bit whole numbers. Strides in bytes of the arrays they belong to. */
export interface DigitKernels {
  quantise(
    x: number,
    levels: number,
    planes: number,
    height: number,
    width: number,
    rowBytes: number,
    planeBytes: number,
    factor: number,
    shift: number,
    top: number,
    bipolar: number,
  ): void;
  extractDigits(
    levels: number,
    digits: number,
    planes: number,
    height: number,
    width: number,
    rowBytes: number,
    planeBytes: number,
    top: number,
    low: number,
    bits: number,
    bipolar: number,
  ): void;
  largestGated(gate: number, dy: number, count: number, largest: number): number;
  roundGated(gate: number, dy: number, y: number, count: number, factor: number): void;
  sumGated(gate: number, dy: number, count: number): number;
  integerForward(
    x: number,
    rowOffsets: number,
    rows: number,
    pixelOffsets: number,
    pixels: number,
    weights: number,
    outputs: number,
    y: number,
    yStride: number,
    shift: number,
    field: number,
    group: number,
    panel: number,
  ): void;
  integerInputGradient(
    dx: number,
    rowOffsets: number,
    rows: number,
    pixelOffsets: number,
    pixels: number,
    weights: number,
    outputs: number,
    dy: number,
    dyStride: number,
    factor: number,
    panel: number,
  ): void;
  integerWeightGradient(
    x: number,
    rowOffsets: number,
    rows: number,
    pixelOffsets: number,
    pixels: number,
    dy: number,
    dyStride: number,
    outputs: number,
    gradient: number,
    panel: number,
  ): void;
}

/** Partial sums of one-bit digits. */
export interface BitKernels {
  bitForward(
    x: number,
    rowOffsets: number,
    groups: number,
    pixelOffsets: number,
    pixels: number,
    tables: number,
    columns: number,
    y: number,
    yStride: number,
    short: boolean,
    kind: number,
    panel: number,
  ): void;
}

export interface LayerKernels {
  channelMoments(x: number, count: number, out: number): void;
  affine(x: number, y: number, count: number, scale: number, shift: number): void;
  /** Sum of a channel. */
  channelSum(x: number, count: number): number;
  normGradientSums(
    x: number,
    dy: number,
    count: number,
    mean: number,
    inverse: number,
    out: number,
  ): void;
  addCombination(
    x: number,
    dy: number,
    dx: number,
    count: number,
    a: number,
    b: number,
    c: number,
  ): void;
  clip(x: number, y: number, count: number, low: number, high: number): void;
  maxPool(
    x: number,
    sources: number,
    pixels: number,
    size: number,
    lanes: number,
    y: number,
    winners: number,
    start: number,
  ): void;
  maxPoolGradient(winners: number, dy: number, dx: number, count: number): void;
  clipGradient(x: number, dy: number, dx: number, count: number, low: number, high: number): void;
  addInto(x: number, y: number, count: number): void;
  addPair(x: number, z: number, y: number, count: number): void;
  multiply(x: number, z: number, y: number, count: number): void;
  padPlanes(
    x: number,
    padded: number,
    planes: number,
    height: number,
    width: number,
    rowBytes: number,
    planeBytes: number,
  ): void;
  unpadPlanes(
    padded: number,
    dx: number,
    planes: number,
    height: number,
    width: number,
    rowBytes: number,
    planeBytes: number,
  ): void;
  releaseLevels(
    padded: number,
    x: number,
    dx: number,
    planes: number,
    height: number,
    width: number,
    rowBytes: number,
    planeBytes: number,
    factor: number,
    low: number,
    scale: number,
    perCode: number,
  ): number;
}

export interface WeightKernels {
  standardise(
    weights: number,
    outputs: number,
    rows: number,
    target: number,
    inverses: number,
  ): void;
  oddLevels(
    weights: number,
    outputs: number,
    rows: number,
    order: number,
    scale: number,
    top: number,
    levels: number,
  ): void;
  scaleGradient(
    weights: number,
    levels: number,
    gradient: number,
    outputs: number,
    rows: number,
    order: number,
    scale: number,
    top: number,
  ): number;
  standardisedGradient(
    weights: number,
    inverses: number,
    outputs: number,
    rows: number,
    gradient: number,
    limit: number,
  ): void;
}

export interface ConversionKernels {
  transposeDraws(
    draws: number,
    pixels: number,
    outputs: number,
    out: number,
    outStride: number,
    rowBytes: number,
    stepBytes: number,
    last: number,
  ): void;
  convertDraws(
    partialSums: number,
    stride: number,
    outputs: number,
    pixels: number,
    draws: number,
    drawStride: number,
    thresholds: number,
    slopes: number,
    span: number,
    samples: number,
    coefficient: number,
    sums: number,
    sumStride: number,
    gates: number,
    gateStride: number,
    first: number,
    biases: number,
    affine: number,
    observed: number,
  ): number;
  convertValues(
    partialSums: number,
    stride: number,
    outputs: number,
    pixels: number,
    values: number,
    slopes: number,
    span: number,
    coefficient: number,
    sums: number,
    sumStride: number,
    gates: number,
    gateStride: number,
    first: number,
    biases: number,
    affine: number,
    observed: number,
  ): number;
  mergeSums(sums: number, y: number, count: number, samples: number, factor: number): void;
}

/** Of partial sums of 16 bits, by few samples each. */
export interface ShortConversionKernels {
  convertShort(
    partialSums: number,
    stride: number,
    outputs: number,
    pixels: number,
    draws: number,
    drawStride: number,
    entries: number,
    others: number,
    span: number,
    samples: number,
    coefficient: number,
    sums: number,
    sumStride: number,
    gates: number,
    gateStride: number,
    first: number,
    biases: number,
    observed: number,
  ): number;
  mergeShort(sums: number, y: number, count: number, samples: number, factor: number): void;
}

/** Pixels of one block of the weight gradient; sums of so many products have to fit the kernels' 32 bits. */
export const WEIGHT_GRADIENT_BLOCK = 512;

/** Scratch bytes either weight gradient needs: a block's pixels of 8 outputs. */
export const WEIGHT_GRADIENT_PANEL_BYTES = WEIGHT_GRADIENT_BLOCK * 32;

/** Instantiates the kernels over a fresh memory that the caller lays out and grows. */
export function trainingKernels(): TrainingKernels {
  const { memory, exports: columns } = instantiateKernel<ColumnKernels>(columnsBase64, 1);
  const { exports: layers } = instantiateKernel<LayerKernels>(layersBase64, 1, memory);
  const { exports: weights } = instantiateKernel<WeightKernels>(weightsBase64, 1, memory);
  const { exports: conversion } = instantiateKernel<ConversionKernels>(conversionBase64, 1, memory);
  const { exports: shortConversion } = instantiateKernel<ShortConversionKernels>(
    shortConversionBase64,
    1,
    memory,
  );
  const { exports: digits } = instantiateKernel<DigitKernels>(digitsBase64, 1, memory);
  const { exports: bits } = instantiateKernel<BitKernels>(bitsBase64, 1, memory);
  return {
    memory,
    columns,
    digits,
    bits,
    layers,
    weights,
    draws: { ...drawKernel(memory), ...drawSideBySideKernel(memory) },
    conversion: { ...conversion, ...shortConversion },
    ...winogradKernels(memory),
  };
}
