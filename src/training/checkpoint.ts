import { invalidInput } from '../errors/index.js';
import { readSafetensors, writeSafetensors } from '../formats/index.js';
import type { EpochRecord, TrainingConfig, TrainingState } from './config.js';

const FORMAT = 'spinbar.training-checkpoint';
const VERSION = 1;

/** A training state as a safetensors file; going on from it gives the bits of an uninterrupted run. */
export function encodeCheckpoint(state: TrainingState, config: TrainingConfig): Uint8Array {
  const { parameters, first, second, average, programmed, epoch, steps, history, partial } = state;
  const vector = (data: Float32Array) => ({ shape: [data.length], data });
  return writeSafetensors({
    tensors: new Map([
      ['parameters', vector(parameters)],
      ['first', vector(first)],
      ['second', vector(second)],
      ...(average ? ([['average', vector(average)]] as const) : []),
      ...(programmed ? ([['programmed', vector(programmed)]] as const) : []),
    ]),
    metadata: {
      format: FORMAT,
      version: String(VERSION),
      epoch: String(epoch),
      steps: String(steps),
      history: JSON.stringify(history),
      ...(partial ? { partial: JSON.stringify(partial) } : {}),
      config: JSON.stringify(fingerprint(config)),
    },
  });
}

/**
 * Reads a checkpoint of the same run. Throws `training.foreign-checkpoint`, naming what differs, for one of
 * another graph, data set, mapping, schedule or version, and the format's own error for a damaged file.
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  config: TrainingConfig,
  file: string,
): TrainingState {
  const { tensors, metadata } = readSafetensors(bytes, file);
  const vector = (name: string) => tensors.get(name)?.data ?? new Float32Array(0);
  const foreign = (what: string, why: string): Error =>
    invalidInput({
      code: 'training.foreign-checkpoint',
      what,
      where: { file },
      why,
      mend: 'train with the settings the checkpoint was made with, or start in an empty folder',
    });
  if (metadata.format !== FORMAT || metadata.version !== String(VERSION))
    throw foreign(
      'this is no checkpoint this version can go on from',
      `its format is ${metadata.format ?? 'unknown'}, version ${metadata.version ?? 'unknown'}`,
    );
  const stored = JSON.parse(metadata.config) as Fingerprint;
  const wanted = fingerprint(config);
  const differing = Object.keys(wanted).filter(
    (key) => JSON.stringify(stored[key]) !== JSON.stringify(wanted[key]),
  );
  if (differing.length > 0)
    throw foreign(
      'this checkpoint belongs to another training run',
      `different: ${differing
        .map((key) => `${key} (${brief(stored[key])}, now ${brief(wanted[key])})`)
        .join('; ')}`,
    );
  return {
    epoch: Number(metadata.epoch),
    steps: Number(metadata.steps),
    history: historyOf(metadata.history),
    ...(metadata.partial === undefined
      ? {}
      : { partial: JSON.parse(metadata.partial) as { loss: number; correct: number } }),
    parameters: vector('parameters'),
    first: vector('first'),
    second: vector('second'),
    ...(tensors.has('average') ? { average: vector('average') } : {}),
    ...(tensors.has('programmed') ? { programmed: vector('programmed') } : {}),
  };
}

/** JSON has no NaN, which says that no images are held out. */
const historyOf = (text: string): readonly EpochRecord[] =>
  (JSON.parse(text) as (EpochRecord & { readonly validationAccuracy: number | null })[]).map(
    (record) => ({ ...record, validationAccuracy: record.validationAccuracy ?? NaN }),
  );

type Fingerprint = Readonly<Record<string, unknown>>;

/** What must agree between the runs: everything but the images themselves. */
function fingerprint({ data, initial, shapes, teacher, ...rest }: TrainingConfig): Fingerprint {
  return JSON.parse(
    JSON.stringify({
      ...rest,
      ...(teacher ? { teacher: [teacher.graph.name, teacher.weight, teacher.temperature] } : {}),
      shapes: Object.fromEntries(shapes),
      initial: initial ? [...initial.keys()].sort() : null,
      images: data.labels.length,
      imageShape: data.shape,
    }),
  ) as Fingerprint;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
