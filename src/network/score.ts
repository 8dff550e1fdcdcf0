import { wiredTile } from '../crossbar/index.js';
import { wilsonInterval } from '../numerics/wilson.js';
import type { TaskHandlers } from '../parallel/executor.js';
import type { Graph } from './graph.js';
import type { Converter } from './converter.js';
import { compileNetwork, compileSweep, type Network, type NetworkOptions } from './network.js';
import { elementCount } from './tensor.js';

/** A stretch of a labelled data set. */
export interface ImageSlice {
  /** Raw bytes, (channels, height, width) one image after the other. */
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  /** Index in the data set of the first image: it keys the draws, so any split gives the same bits. */
  readonly first: number;
}

/** All that one call needs, as plain data that workers can be sent. */
export interface ScoreInput extends NetworkOptions {
  readonly images: ImageSlice;
  /** The same for all stretches of one network with the same converters: a worker that has just compiled it goes on with it. */
  readonly key?: string | undefined;
  /** Whether the logits are wanted back. */
  readonly logits?: boolean | undefined;
}

export interface ScoreResult {
  readonly first: number;
  readonly images: number;
  readonly correct: number;
  readonly topFive: number;
  readonly predictions: Uint8Array;
  readonly labels: Uint8Array;
  /** (images x classes), where asked for. */
  readonly logits?: Float32Array;
}

/** One way to run the network of a sweep. */
export interface SweepVariant {
  readonly converter?: Converter | undefined;
  readonly seed?: number | undefined;
}

export interface SweepInput extends Omit<ScoreInput, 'converter' | 'seed'> {
  readonly variants: readonly SweepVariant[];
}

/** Runs a network on a stretch of images. Pure: the same bits for any split of the data set. */
export const scoreImages = ({ converter, seed, ...input }: ScoreInput): ScoreResult =>
  scoreSweep({ ...input, variants: [{ converter, seed }] })[0];

/**
 * Runs a network with several converters and seeds, one result each: the same bits as of each alone, in less
 * time where layers are small (`compileSweep`).
 */
export function scoreSweep({
  images,
  logits: wanted = false,
  key,
  variants,
  ...options
}: SweepInput): readonly ScoreResult[] {
  const networks = keptNetworks(key, options, variants);
  const { pixels, labels, first } = images;
  const size = elementCount(options.graph.inputShape);
  if (pixels.length !== labels.length * size)
    throw new RangeError(
      `${labels.length} images of ${size} pixels wanted, got ${pixels.length} bytes`,
    );
  const prepare = pixelNormaliser(options.graph);
  const tallies = variants.map(() => scoreTally(images, wanted));
  // Seed by seed: converters of one seed share its draws.
  const order = variants
    .map((_, v) => v)
    .sort((a, b) => (variants[a].seed ?? 1) - (variants[b].seed ?? 1));
  const input = new Float32Array(size);
  for (let i = 0; i < labels.length; i += 1) {
    prepare(pixels.subarray(i * size, (i + 1) * size), input);
    for (const v of order) tallies[v].add(i, networks[v].forward(input, first + i));
  }
  return tallies.map((tally) => tally.result());
}

/** Collects the logits of a stretch's images into its score. */
function scoreTally({ labels, first }: ImageSlice, wanted: boolean) {
  const predictions = new Uint8Array(labels.length);
  const all: Float32Array[] = [];
  let correct = 0;
  let topFive = 0;
  return {
    add(i: number, logits: Float32Array): void {
      predictions[i] = argmax(logits);
      let better = 0;
      for (let c = 0; c < logits.length; c += 1) if (logits[c] > logits[labels[i]]) better += 1;
      if (better < 5) topFive += 1;
      if (predictions[i] === labels[i]) correct += 1;
      if (wanted) all.push(logits);
    },
    result(): ScoreResult {
      const result = { first, images: labels.length, correct, topFive, predictions, labels };
      return wanted ? { ...result, logits: concatenate(all) } : result;
    },
  };
}

let kept: { readonly key: string; readonly networks: readonly Network[] } | undefined;

/** The networks compiled last, if their key is the same. Their state is scratch: results do not depend on it. */
function keptNetworks(
  key: string | undefined,
  options: NetworkOptions,
  variants: readonly SweepVariant[],
): readonly Network[] {
  const converters = [...new Set(variants.map(({ converter }) => converter))];
  const known = key !== undefined && kept?.key === key ? kept.networks : undefined;
  if (!known) kept = undefined;
  const networks =
    known ??
    (variants.length === 1
      ? [compileNetwork({ ...options, converter: converters[0] })]
      : compileSweep(options, converters));
  if (key !== undefined) kept = { key, networks };
  return variants.map(({ converter, seed }) =>
    networks[converters.indexOf(converter)].withSeed(seed ?? 1),
  );
}

/** Joins the results of disjoint stretches, in the order of the data set. */
export function mergeScores(parts: readonly ScoreResult[]): ScoreResult {
  const ordered = [...parts].sort((a, b) => a.first - b.first);
  ordered.forEach((part, i) => {
    const next = ordered[i + 1];
    if (next && part.first + part.images !== next.first)
      throw new RangeError(
        `stretches leave a gap or overlap: images up to ${part.first + part.images}, then from ${next.first}`,
      );
  });
  const bytes = (field: 'predictions' | 'labels'): Uint8Array =>
    Uint8Array.from(ordered.flatMap((part) => Array.from(part[field])));
  const sum = (field: 'images' | 'correct' | 'topFive'): number =>
    ordered.reduce((total, part) => total + part[field], 0);
  const merged = {
    first: ordered[0]?.first ?? 0,
    images: sum('images'),
    correct: sum('correct'),
    topFive: sum('topFive'),
    predictions: bytes('predictions'),
    labels: bytes('labels'),
  };
  const logits = ordered.map((part) => part.logits);
  return logits.every((part) => part !== undefined)
    ? { ...merged, logits: concatenate(logits) }
    : merged;
}

/** Shares of images whose class is the best, and among the five best, with 95 % Wilson intervals. */
export interface Accuracy {
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly topFive: number;
  readonly topFiveInterval: readonly [number, number];
}

export const accuracyOf = ({ correct, topFive, images }: ScoreResult): Accuracy => ({
  accuracy: images === 0 ? 0 : correct / images,
  interval: wilsonInterval(correct, images),
  topFive: images === 0 ? 0 : topFive / images,
  topFiveInterval: wilsonInterval(topFive, images),
});

/** Bytes to the network's input (into `out`, where given): pixels / 255, then (x - mean) / std per channel where the graph says so. */
export function pixelNormaliser({
  inputShape,
  normalisation,
}: Graph): (pixels: Uint8Array, out?: Float32Array) => Float32Array {
  const channels = normalisation?.mean.length ?? 1;
  const plane = elementCount(inputShape) / channels;
  const tables = Array.from({ length: channels }, (_, c) =>
    Float32Array.from({ length: 256 }, (_unused, byte) =>
      normalisation ? (byte / 255 - normalisation.mean[c]) / normalisation.std[c] : byte / 255,
    ),
  );
  return (pixels, out = new Float32Array(pixels.length)) => {
    for (let c = 0; c < channels; c += 1)
      lookUp(tables[c], pixels, out, c * plane, (c + 1) * plane);
    return out;
  };
}

function lookUp(
  table: Float32Array,
  bytes: Uint8Array,
  out: Float32Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i += 1) out[i] = table[bytes[i]];
}

/** Index of the largest value; the first of equals. */
export function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i] > values[best]) best = i;
  return best;
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** What workers can be asked for. */
export const networkTasks: TaskHandlers = {
  'network.score': scoreSweep,
  // `solveTiles` asks the crossbar room for every array.
  'crossbar.wired-tile': wiredTile,
};
