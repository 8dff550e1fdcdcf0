import {
  accuracyOf,
  mappingReport,
  mergeScores,
  SHARED_CONVERSIONS,
  type Converter,
  type Graph,
  type Mapping,
  type ScoreInput,
  type ScoreResult,
  type SweepInput,
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

/**
 * Jobs in their order, those together that differ in their bit converter and seed alone, where the network is so
 * small that they share its partial sums and draws (`compileSweep`).
 */
export function sweepsOf(jobs: readonly ScoreJob[]): readonly (readonly ScoreJob[])[] {
  const sweeps: ScoreJob[][] = [];
  for (const job of jobs) {
    const last = sweeps.at(-1);
    if (last && sameNetwork(job, last[0]) && sharesDraws(job) && sharesDraws(last[0]))
      last.push(job);
    else sweeps.push([job]);
  }
  return sweeps;
}

const networkOf = ({ graph, weights, mapping, tiles, overrides }: ScoreJob): readonly unknown[] => [
  graph,
  weights,
  mapping,
  tiles,
  overrides,
];

const sameNetwork = (a: ScoreJob, b: ScoreJob): boolean =>
  networkOf(a).every((part, i) => part === networkOf(b)[i]);

function sharesDraws({ graph, weights, mapping, conversion, tiles }: ScoreJob): boolean {
  if (!mapping || tiles || conversion?.kind !== 'mtj') return false;
  const { conversionsPerImage } = mappingReport(graph, weights, mapping, { kind: 'ideal' });
  return conversionsPerImage <= SHARED_CONVERSIONS;
}

/** What a worker knows the networks by: rows of the same objects, whatever their seeds, share what is compiled. */
function networkKey(sweep: readonly ScoreJob[]): string {
  const parts = [...networkOf(sweep[0]), ...sweep.map(({ conversion }) => conversion)];
  const same =
    parts.length === scored.parts.length && parts.every((part, i) => part === scored.parts[i]);
  if (!same) scored = { parts, number: scored.number + 1 };
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

/** Scores the rows of one sweep; what is finished when the run is interrupted is kept for --resume. */
export async function scoreStage(
  sweep: readonly ScoreJob[],
  data: Dataset,
  context: StageContext,
): Promise<readonly ScoredRow[]> {
  const { executor, progress, signal, folder } = context;
  const { graph, weights, mapping, tiles, overrides } = sweep[0];
  const known = sweep.map(
    (job) => folder.loadCheckpoint(checkpointName(job)) as StoredScores | undefined,
  );
  const parts = known.map((stored) => stored?.parts.map(restored) ?? []);
  const inputs = stretchesOf(data, STRETCH)
    .filter(({ first }) => !parts.every((own) => own.some((part) => part.first === first)))
    .map((images) => ({ images }));
  const common: Omit<SweepInput, 'images'> = {
    graph,
    weights,
    mapping,
    tiles,
    overrides,
    variants: sweep.map(({ seed, conversion }) => ({
      seed,
      converter: mapping && (conversion ?? { kind: 'ideal' }),
    })),
    key: networkKey(sweep),
  };
  const started = performance.now();
  const total = data.labels.length;
  const task = progress.start(sweepLabel(sweep), total, 'images', imagesOf(parts[0]));
  /** Of one row: those of a sweep take the same share of its time. */
  const secondsOf = (row: number): number =>
    (known[row]?.seconds ?? 0) + (performance.now() - started) / 1000 / sweep.length;
  try {
    await executor.map<(typeof inputs)[number], readonly ScoreResult[]>('network.score', inputs, {
      signal,
      common,
      onResult: (results) => {
        for (const [row, part] of results.entries())
          if (parts[row].every(({ first }) => first !== part.first)) parts[row].push(part);
        task.update(imagesOf(parts[0]), estimate(parts));
      },
    });
  } finally {
    if (inputs.length > 0)
      for (const [row, job] of sweep.entries()) {
        const stored: StoredScores = {
          parts: parts[row].map(storable),
          seconds: secondsOf(row),
        };
        folder.saveCheckpoint(checkpointName(job), stored);
      }
  }
  task.finish(estimate(parts));
  return sweep.map((job, row) => scoredRow(job, mergeScores(parts[row]), secondsOf(row)));
}

function checkpointName({ converter, samples, seed, conversion, tiles }: ScoreJob): string {
  const allocated =
    conversion && 'samples' in conversion && typeof conversion.samples === 'object'
      ? `-${sha256(JSON.stringify(conversion.samples)).slice(0, 12)}`
      : '';
  return `score-${converter}-${samples}${allocated}-${seed}${tiles ? '-wires' : ''}`;
}

function sweepLabel(sweep: readonly ScoreJob[]): string {
  const labels = new Set(
    sweep.map((job) => converterLabel({ ...job, wires: job.tiles !== undefined })),
  );
  const seeds = new Set(sweep.map(({ seed }) => seed));
  return `${[...labels].join(', ')} ${seeds.size > 1 ? 'seeds' : 'seed'} ${[...seeds].join(', ')}`;
}

function scoredRow(job: ScoreJob, merged: ScoreResult, seconds: number): ScoredRow {
  const { converter, samples, seed, graph, weights, mapping, conversion, tiles } = job;
  const conversionsPerImage =
    mapping && conversion && converter !== 'float'
      ? mappingReport(graph, weights, mapping, conversion).conversionsPerImage
      : 0;
  return {
    row: {
      converter,
      samples,
      seed,
      wires: tiles !== undefined,
      ...accuracyOf(merged),
      images: merged.images,
      conversionsPerImage,
      imagesPerSecond: Number((merged.images / seconds).toPrecision(4)),
    },
    predictions: merged.predictions,
  };
}

const imagesOf = (parts: readonly ScoreResult[]): number =>
  parts.reduce((sum, { images }) => sum + images, 0);

/** Accuracy so far with its interval; of several rows the lowest and the highest. */
function estimate(rows: readonly (readonly ScoreResult[])[]): string {
  const percent = (value: number): string => (100 * value).toFixed(2);
  const images = imagesOf(rows[0]);
  const correct = rows
    .map((parts) => parts.reduce((sum, part) => sum + part.correct, 0))
    .sort((a, b) => a - b);
  const [low, high] = [correct[0], correct[correct.length - 1]];
  if (rows.length > 1) return `accuracy ${percent(low / images)} to ${percent(high / images)} %`;
  return `accuracy ${percent(low / images)} % (${wilsonInterval(low, images).map(percent).join('-')})`;
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
