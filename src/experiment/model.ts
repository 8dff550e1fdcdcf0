import type { Graph, Mapping, Weights } from '../network/index.js';

/** A trained network as it lies in a folder: `model.json` beside `weights.safetensors`. */
export interface TrainedModel {
  readonly graph: Graph;
  readonly weights: Weights;
  /** Present when it was trained through stochastic partial sums. */
  readonly stochastic?: StochasticModel;
}

/** What the partial sums of a stochastic network expect of the arrays and the converter. */
export interface StochasticModel {
  /** The mapping it was trained with. */
  readonly mapping: Mapping;
  /**
   * Each mapped layer's gain, free of any curve: widths of the switching curve for one unit of the
   * partial sum. With a curve and cells it becomes the ratio of a current mirror.
   */
  readonly gainsInWidths: Readonly<Record<string, number>>;
}

/** `model.json`: everything but the tensors. */
export interface ModelFile {
  readonly format: 'spinbar.model';
  readonly version: 1;
  readonly graph: Graph;
  readonly weights: string;
  readonly stochastic?: StochasticModel;
  /** How it came about: command, seed, epochs, accuracy on held-out images. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

export const MODEL_FILE = 'model.json';
export const WEIGHTS_FILE = 'weights.safetensors';
