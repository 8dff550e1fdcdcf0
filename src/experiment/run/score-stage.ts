import {
  mappingReport,
  mergeScores,
  accuracyOf,
  type Converter,
  type Graph,
  type Mapping,
  type ScoreInput,
  type ScoreResult,
  type Weights,
} from '../../network/index.js';
import { wilsonInterval } from '../../numerics/wilson.js';
import type { Dataset } from '../node/datasets.js';
import { sha256 } from '../node/files.js';
import { stretchesOf } from '../stretches.js';
import type { StageContext } from './calibration-stage.js';
import { packed, unpackedBytes } from './checkpointed.js';
import { converterLabel, type ConverterName, type ResultRow } from './results.js';

/** One row to score: a network, how it is mapped and converted, and with which seed. */
export interface ScoreJob {
  readonly converter: ConverterName;
  readonly samples: number;
  readonly seed: number;
  readonly graph: Graph;
  readonly weights: Weights;
  readonly mapping?: Mapping;
  readonly conversion?: Converter;
  /** Exact T matrices of the arrays with their wires, by layer. */
  readonly tiles?: ScoreInput['tiles'];
  /** Layers that run otherwise: rows of reference. */
  readonly overrides?: ScoreInput['overrides'];
}

export interface ScoredRow {
  readonly row: ResultRow;
  readonly predictions: Uint8Array;
}

/**
 * Images of one task: fixed, so that a resumed run scores the same stretches. Results do not depend on
 * it, since every draw is keyed by the image's own index.
 */
const STRETCH = 500;

/** What a worker knows the network by: rows of the same objects, whatever their seeds, share one that is compiled. */
function networkKey({ graph, weights, mapping, conversion, tiles, overrides }: ScoreJob): string {
  const parts = [graph, weights, mapping, conversion, tiles, overrides];
  if (!parts.every((part, i) => part === scored.parts[i]))
    scored = { parts, number: scored.number + 1 };
  return `network-${scored.number}`;
}
let scored: { readonly parts: readonly unknown[]; readonly number: number } = {
  parts: [],
  number: 0,
};

interface StoredScores {
  readonly parts: readonly (Omit<ScoreResult, 'predictions' | 'labels' | 'logits'> & {
    readonly predictions: string;
    readonly labels: string;
  })[];
  readonly seconds: number;
}

/** Scores one row; what is finished when the run is interrupted is kept for --resume. */
export async function scoreStage(
  job: ScoreJob,
  data: Dataset,
  context: StageContext,
): Promise<ScoredRow> {
  const { executor, progress, signal, folder } = context;
  const { graph, weights, mapping, conversion, seed } = job;
  const wires = job.tiles !== undefined;
  const allocated =
    conversion && 'samples' in conversion && typeof conversion.samples === 'object'
      ? `-${sha256(JSON.stringify(conversion.samples)).slice(0, 12)}`
      : '';
  const name = `score-${job.converter}-${job.samples}${allocated}-${job.seed}${wires ? '-wires' : ''}`;
  const known = folder.loadCheckpoint(name) as StoredScores | undefined;
  const parts = known ? known.parts.map(restored) : [];
  const count = data.labels.length;
  const inputs = stretchesOf(data, STRETCH)
    .filter(({ first }) => !parts.some((part) => part.first === first))
    .map((images) => ({ images }));
  const common: Omit<ScoreInput, 'images'> = {
    graph,
    weights,
    seed,
    key: networkKey(job),
    tiles: job.tiles,
    overrides: job.overrides,
    ...(mapping ? { mapping, converter: conversion ?? { kind: 'ideal' } } : {}),
  };
  const started = performance.now();
  const task = progress.start(`${converterLabel({ ...job, wires })} seed ${seed}`, count, 'images');
  const elapsed = (): number => (known?.seconds ?? 0) + (performance.now() - started) / 1000;
  try {
    await executor.map<(typeof inputs)[number], ScoreResult>('network.score', inputs, {
      signal,
      common,
      onResult: (part) => {
        parts.push(part);
        task.update(imagesOf(parts), estimate(parts));
      },
    });
  } finally {
    if (inputs.length > 0) {
      const stored: StoredScores = { parts: parts.map(storable), seconds: elapsed() };
      folder.saveCheckpoint(name, stored);
    }
  }
  const merged = mergeScores(parts);
  task.finish(estimate(parts));
  const conversionsPerImage =
    mapping && conversion && job.converter !== 'float'
      ? mappingReport(graph, weights, mapping, conversion).conversionsPerImage
      : 0;
  const { converter, samples } = job;
  return {
    row: {
      converter,
      samples,
      seed,
      wires,
      ...accuracyOf(merged),
      images: merged.images,
      conversionsPerImage,
      imagesPerSecond: Number((merged.images / elapsed()).toPrecision(4)),
    },
    predictions: merged.predictions,
  };
}

const imagesOf = (parts: readonly ScoreResult[]): number =>
  parts.reduce((sum, { images }) => sum + images, 0);

function estimate(parts: readonly ScoreResult[]): string {
  const images = imagesOf(parts);
  const correct = parts.reduce((sum, part) => sum + part.correct, 0);
  const [low, high] = wilsonInterval(correct, images);
  const percent = (value: number): string => (100 * value).toFixed(2);
  return `accuracy ${percent(correct / images)} % (${percent(low)}-${percent(high)})`;
}

const storable = ({
  predictions,
  labels,
  logits: _logits,
  ...rest
}: ScoreResult): StoredScores['parts'][number] => ({
  ...rest,
  predictions: packed(predictions),
  labels: packed(labels),
});

const restored = ({
  predictions,
  labels,
  ...rest
}: StoredScores['parts'][number]): ScoreResult => ({
  ...rest,
  predictions: unpackedBytes(predictions),
  labels: unpackedBytes(labels),
});
