import type { EpochRecord, TrainingState } from '../../training/index.js';
import { packed, unpackedFloats } from './checkpointed.js';

/** A training state as a checkpoint keeps it: vectors of floats as text. */
interface StoredState {
  readonly epoch: number;
  readonly steps: number;
  readonly parameters: string;
  readonly first: string;
  readonly second: string;
  readonly average?: string;
  readonly programmed?: string;
  readonly history: readonly EpochRecord[];
}

export const stored = ({ average, programmed, ...state }: TrainingState): StoredState => ({
  ...state,
  ...(average ? { average: packed(average) } : {}),
  ...(programmed ? { programmed: packed(programmed) } : {}),
  parameters: packed(state.parameters),
  first: packed(state.first),
  second: packed(state.second),
});

export function restored(value: unknown): TrainingState | undefined {
  if (value === undefined) return undefined;
  const { average, programmed, history, ...state } = value as StoredState;
  return {
    ...state,
    // JSON has no NaN, which says that no images are held out.
    history: history.map((record) => ({
      ...record,
      validationAccuracy: (record.validationAccuracy as number | null) ?? NaN,
    })),
    ...(average === undefined ? {} : { average: unpackedFloats(average) }),
    ...(programmed === undefined ? {} : { programmed: unpackedFloats(programmed) }),
    parameters: unpackedFloats(state.parameters),
    first: unpackedFloats(state.first),
    second: unpackedFloats(state.second),
  };
}
