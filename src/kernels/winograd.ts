import { instantiateKernel } from './instantiate.js';
import { wasmBase64 as gradientBase64 } from './winograd-gradient.generated.js';
import { wasmBase64 as productsBase64 } from './winograd-products.generated.js';
import { wasmBase64 as tilesBase64 } from './winograd-tiles.generated.js';
import { wasmBase64 as wholeBase64 } from './winograd-whole.generated.js';

/**
 * Fast convolution with 3 x 3 kernels, stride and padding 1: its transforms, described in
 * `winograd-tiles.as.ts`, and the products between them, in `winograd-products.as.ts`. Arguments named like
 * arrays are byte offsets into the memory.
 */
export interface WinogradTileKernels {
  readonly inputTiles: InputTransform;
  readonly addInputGradientTiles: InputTransform;
  readonly outputTiles: OutputTransform;
  readonly outputGradientTiles: OutputTransform;
}

export type OutputTransform = (
  planes: number,
  channelBytes: number,
  channels: number,
  width: number,
  firstTileRow: number,
  tileRows: number,
  tiles: number,
  xiBytes: number,
  rows: number,
) => void;

export type InputTransform = (
  planes: number,
  channelBytes: number,
  channels: number,
  height: number,
  width: number,
  firstTileRow: number,
  tileRows: number,
  tiles: number,
  xiBytes: number,
  rows: number,
) => void;

export interface WinogradProductKernels {
  tileProducts(
    filters: number,
    tiles: number,
    tileBytes: number,
    xiBytes: number,
    out: number,
    outTileBytes: number,
    outXiBytes: number,
    channels: number,
    outputs: number,
    count: number,
    adds: number,
  ): void;
  tileWeightGradient(
    tiles: number,
    tileBytes: number,
    xiBytes: number,
    dTiles: number,
    dXiBytes: number,
    gradient: number,
    channels: number,
    outputs: number,
    count: number,
    panel: number,
  ): void;
  filterGradient(
    points: number,
    channels: number,
    outputs: number,
    kernels: number,
    a: number,
    b: number,
    aScale: number,
    bScale: number,
    scratch: number,
  ): void;
}

/** Of whole numbers, exact (`winograd-whole.as.ts`). */
export interface WholeTileKernels {
  wholeInputTiles(
    x: number,
    rowBytes: number,
    channelBytes: number,
    channels: number,
    height: number,
    width: number,
    firstTileRow: number,
    tileRows: number,
    tiles: number,
    xiBytes: number,
    apart: number,
    rows: number,
  ): void;
  filterDigits(
    digits: number,
    rowBytes: number,
    low: number,
    high: number,
    outputs: number,
    firstChannel: number,
    channels: number,
    byOutputs: number,
    out: number,
  ): void;
  wholeFilters(filters: number, count: number, out: number, xiBytes: number, scratch: number): void;
  wholeTileProducts(
    filters: number,
    tiles: number,
    tileBytes: number,
    xiBytes: number,
    out: number,
    outXiBytes: number,
    pairs: number,
    outputs: number,
    count: number,
  ): void;
  wholeOutputTiles(
    sums: number,
    outputBytes: number,
    outputs: number,
    width: number,
    tileRows: number,
    tiles: number,
    xiBytes: number,
    rows: number,
  ): void;
}

/** Of gradients rounded to 16 bits (`winograd-gradient.as.ts`). */
export interface WholeGradientKernels {
  readonly inputGradientPlanes: InputTransform;
  largestOfBlock(
    dy: number,
    gate: number,
    channelBytes: number,
    channels: number,
    bytes: number,
  ): number;
  gatedTiles(
    dy: number,
    gate: number,
    channelBytes: number,
    channels: number,
    width: number,
    firstTileRow: number,
    tileRows: number,
    tiles: number,
    xiBytes: number,
    factors: number,
    rows: number,
  ): void;
  wholeWeightGradient(
    tiles: number,
    tileBytes: number,
    xiBytes: number,
    dTiles: number,
    dXiBytes: number,
    gradient: number,
    worths: number,
    channels: number,
    outputs: number,
    count: number,
    panel: number,
  ): void;
  wholeInputGradient(
    filters: number,
    dTiles: number,
    dXiBytes: number,
    out: number,
    outTileBytes: number,
    outXiBytes: number,
    worths: number,
    channels: number,
    added: number,
    outputs: number,
    count: number,
    panel: number,
  ): void;
}

export function winogradKernels(memory: WebAssembly.Memory): {
  readonly winogradTiles: WinogradTileKernels;
  readonly winogradProducts: WinogradProductKernels;
  readonly wholeTiles: WholeTileKernels;
  readonly wholeGradient: WholeGradientKernels;
} {
  return {
    winogradTiles: instantiateKernel<WinogradTileKernels>(tilesBase64, 1, memory).exports,
    winogradProducts: instantiateKernel<WinogradProductKernels>(productsBase64, 1, memory).exports,
    wholeGradient: instantiateKernel<WholeGradientKernels>(gradientBase64, 1, memory).exports,
    wholeTiles: instantiateKernel<WholeTileKernels>(wholeBase64, 1, memory).exports,
  };
}
