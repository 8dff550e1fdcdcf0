import type { Graph, Weights } from '../network/index.js';
import type { StochasticTraining } from './compile.js';
import type { Augmentation, TrainingData } from './dataset.js';
import type { WeightShapes } from './initialise.js';
import type { Saturation } from './shard.js';
import type { OptimiserConfig, ScheduleConfig } from './optimiser.js';

/** Everything a training run depends on: the same config gives the same weights, bit for bit. */
export interface TrainingConfig {
  readonly graph: Graph;
  readonly shapes: WeightShapes;
  readonly data: TrainingData;
  /** The last images of `data`, held out: choices are made on them, never on a test set. */
  readonly validationImages: number;
  /** Absent: a floating-point network. */
  readonly stochastic?: StochasticTraining;
  /** Weights to start from; what they lack is initialised. */
  readonly initial?: Weights;
  readonly epochs: number;
  readonly batchImages: number;
  /** Equal parts a batch is cut into and summed in order: fixed, so threads never change a bit. */
  readonly shards: number;
  readonly optimiser: OptimiserConfig;
  readonly schedule: ScheduleConfig;
  readonly labelSmoothing?: number;
  readonly augmentation?: Augmentation;
  /** A float twin to learn from beside the labels (Hinton et al., arXiv:1503.02531). */
  readonly teacher?: {
    readonly graph: Graph;
    readonly shapes: WeightShapes;
    readonly weights: Weights;
    /** Share of the teacher's loss, 0 .. 1. */
    readonly weight: number;
    readonly temperature: number;
  };
  /**
   * Decay of a running average of all parameters, updated every step (Polyak and Juditsky, SIAM J. Control
   * 1992, with exponential weights); the average is what is evaluated and given back. Absent: none.
   */
  readonly averagingDecay?: number;
  readonly seed: number;
  /** Share of a batch's statistics in the running ones; default 0.1. */
  readonly statisticsShare?: number;
  /** Updates between changes of the layer gains (their tables are costly for many-level digits). */
  readonly gainInterval?: number;
  /** Updates after which the gains stay as they are, as a share of all; default 0.8. */
  readonly gainFreeze?: number;
}

/** How far a run is; serialisable, and enough to go on as if never interrupted. */
export interface TrainingState {
  /** Epochs finished. */
  epoch: number;
  readonly parameters: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** The running average, where the run keeps one. */
  readonly average?: Float32Array;
  /** The parameters that the present chip was programmed with, where training goes through chips. */
  programmed?: Float32Array;
  /** Updates made; beyond those of the finished epochs when stored in the middle of one. */
  steps: number;
  /** Sums over the updates of an unfinished epoch. */
  partial?: { readonly loss: number; readonly correct: number };
  history: readonly EpochRecord[];
}

export interface EpochRecord {
  readonly epoch: number;
  /** Mean training loss and accuracy over the epoch, by the forward passes that trained. */
  readonly loss: number;
  readonly accuracy: number;
  /** On the held-out images, with stored statistics; NaN without any. */
  readonly validationAccuracy: number;
  readonly rate: number;
}

export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly loss: number;
  readonly accuracy: number;
  /** Of the update that has just been made; empty for floating-point networks. */
  readonly saturation: Saturation;
}
