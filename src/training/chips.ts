import type { Executor } from '../parallel/executor.js';
import { arrayCorrections } from './array-corrections.js';
import type { TrainingConfig, TrainingState } from './config.js';
import { HELD_OUT_CHIP, movesDigits } from './loop-physics.js';
import type { ParameterTable } from './parameters.js';
import type { Chip } from './tape.js';

/** The chips a run goes through; undefined where all are nominal. */
export interface Chips {
  /**
   * The chip of the next update. Every `interval` updates it is a new one, programmed with the weights of
   * that moment, which the state keeps so that a resumed run has the same chip.
   */
  training(state: TrainingState): Promise<Chip | undefined>;
  /** The chip that held-out images are judged on, programmed with these parameters. */
  heldOut(parameters: Float32Array): Promise<Chip | undefined>;
}

export function chipsOf(
  { graph, stochastic, seed }: TrainingConfig,
  table: ParameterTable,
  executor: Executor,
): Chips {
  const physics = stochastic?.physics;
  if (!physics)
    return {
      training: () => Promise.resolve(undefined),
      heldOut: () => Promise.resolve(undefined),
    };
  const made = async (chip: number, parameters: Float32Array): Promise<Chip> => ({
    number: chip,
    corrections: movesDigits(physics)
      ? await arrayCorrections({ graph, table, stochastic, seed }, { parameters, chip }, executor)
      : new Map(),
  });
  let current: Chip | undefined;
  return {
    training: async (state) => {
      const chip = Math.floor(state.steps / physics.interval);
      if (current?.number === chip) return current;
      if (state.steps % physics.interval === 0 || !state.programmed)
        state.programmed = state.parameters.slice();
      current = await made(chip, state.programmed);
      return current;
    },
    heldOut: (parameters) => made(HELD_OUT_CHIP, parameters),
  };
}
