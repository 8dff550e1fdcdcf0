import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invalidInput } from '../../errors/index.js';
import { accuracyOf, type ScoreResult } from '../../network/index.js';
import { csv } from '../../report/index.js';
import type { Dataset } from '../node/datasets.js';
import type { OutputFolder } from '../node/output-folder.js';
import { packed, unpackedBytes } from '../run/checkpointed.js';
import type { ResultRow } from '../run/results.js';

/** What a scored stretch of images leaves for `spinbar merge`. */
export interface ShardFile {
  readonly format: 'spinbar.score-shard';
  readonly version: 1;
  /** Hash of everything but the stretch: only shards of the same are merged. */
  readonly configuration: string;
  readonly title: string;
  readonly rows: readonly ShardRow[];
}

export interface ShardRow {
  readonly row: ResultRow;
  readonly first: number;
  readonly correct: number;
  readonly topFive: number;
  /** Bytes of predicted and true classes, compressed. */
  readonly predictions: string;
  readonly labels: string;
}

export const SHARD_FILE = 'shard.json';

/** Stretch i of n (i from 1) of a data set: every image in exactly one, whatever n. */
export function shardOf(data: Dataset, shard: string): Dataset {
  const [index, count] = shard.split('/').map(Number);
  const images = data.labels.length;
  const edge = (i: number): number => Math.floor((images * i) / count);
  const [from, to] = [edge(index - 1), edge(index)];
  if (from === to)
    throw invalidInput({
      code: 'experiment.empty-shard',
      what: `shard ${shard} of ${images} images is empty`,
      mend: `use at most ${images} shards`,
    });
  const size = data.pixels.length / images;
  return {
    ...data,
    first: data.first + from,
    pixels: data.pixels.subarray(from * size, to * size),
    labels: data.labels.subarray(from, to),
  };
}

export const shardRow = (
  row: ResultRow,
  first: number,
  predictions: Uint8Array,
  labels: Uint8Array,
): ShardRow => ({
  row,
  first,
  correct: labels.filter((label, i) => label === predictions[i]).length,
  topFive: Math.round(row.topFive * row.images),
  predictions: packed(predictions),
  labels: packed(labels),
});

/** Reads the shards of several output folders. Throws where one is no shard, or of another configuration. */
export function readShards(folders: readonly string[]): readonly ShardFile[] {
  const shards = folders.map((folder) => {
    const file = join(folder, SHARD_FILE);
    if (!existsSync(file))
      throw invalidInput({
        code: 'experiment.no-shard',
        what: 'this folder holds no scored network file',
        where: { file: folder },
        why: `it has no ${SHARD_FILE}`,
        mend: 'name output folders of finished `spinbar run` or `spinbar score` commands',
      });
    let shard: Partial<ShardFile>;
    try {
      shard = JSON.parse(readFileSync(file, 'utf8')) as Partial<ShardFile>;
    } catch (error) {
      throw invalidShard(file, (error as Error).message);
    }
    if (shard.format !== 'spinbar.score-shard' || !Array.isArray(shard.rows))
      throw invalidShard(file, 'its format is not spinbar.score-shard');
    return shard as ShardFile;
  });
  const other = shards.findIndex(({ configuration }) => configuration !== shards[0].configuration);
  if (other > 0)
    throw invalidInput({
      code: 'experiment.foreign-shard',
      what: 'these folders are results of different configurations',
      where: { file: folders[other] },
      why: `it was not scored with the file, weights, seeds and version of ${folders[0]}`,
      mend: 'merge shards of one network file, run by one version',
    });
  return shards;
}

const invalidShard = (file: string, why: string) =>
  invalidInput({
    code: 'experiment.invalid-shard',
    what: 'this is not a shard that Spinbar wrote',
    where: { file },
    why,
  });

/** Rows over all images, exactly those of a run of one piece; throws where stretches overlap or leave a gap. */
export function mergedRows(shards: readonly ShardFile[]): readonly ShardRow[] {
  return shards[0].rows.map(({ row: { seed, converter, samples, wires } }) => {
    const parts = shards
      .flatMap(({ rows }) =>
        rows.filter(
          ({ row }) =>
            row.seed === seed &&
            row.converter === converter &&
            row.samples === samples &&
            row.wires === wires,
        ),
      )
      .sort((a, b) => a.first - b.first);
    parts.forEach((part, i) => {
      const end = part.first + part.row.images;
      const next = i + 1 < parts.length ? parts[i + 1].first : end;
      if (end !== next)
        throw invalidInput({
          code: 'experiment.shard-gap',
          what: `images ${Math.min(end, next)} to ${Math.max(end, next) - 1} are ${end < next ? 'missing' : 'in two shards'}`,
          mend: 'name every shard of a run once',
        });
    });
    const whole: ScoreResult = {
      first: parts[0].first,
      images: parts.reduce((sum, { row }) => sum + row.images, 0),
      correct: parts.reduce((sum, { correct }) => sum + correct, 0),
      topFive: parts.reduce((sum, { topFive }) => sum + topFive, 0),
      predictions: joined(parts.map(({ predictions }) => unpackedBytes(predictions))),
      labels: joined(parts.map(({ labels }) => unpackedBytes(labels))),
    };
    const seconds = parts.reduce((sum, { row }) => sum + row.images / row.imagesPerSecond, 0);
    const row: ResultRow = {
      ...parts[0].row,
      ...accuracyOf(whole),
      images: whole.images,
      imagesPerSecond: Number((whole.images / seconds).toPrecision(4)),
    };
    return {
      row,
      first: whole.first,
      correct: whole.correct,
      topFive: whole.topFive,
      predictions: packed(whole.predictions),
      labels: packed(whole.labels),
    };
  });
}

/** predictions.csv of merged rows. */
export function mergedPredictionsCsv(rows: readonly ShardRow[]): string {
  const labels = unpackedBytes(rows[0].labels);
  const predictions = rows.map((row) => unpackedBytes(row.predictions));
  return csv(
    ['image', 'label', ...rows.map(({ row }) => `${row.converter} seed ${row.seed}`)],
    Array.from(labels, (label, i) => [
      rows[0].first + i,
      label,
      ...predictions.map((own) => own[i]),
    ]),
  );
}

export const writeShard = (folder: OutputFolder, shard: ShardFile): void =>
  folder.write(SHARD_FILE, `${JSON.stringify(shard)}\n`);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
