import {
  decodeCheckpoint,
  distinctImages,
  encodeCheckpoint,
  train,
  type TrainingConfig,
  type TrainingProgress,
  type TrainingState,
} from '../../training/index.js';
import type { LoadedExperiment } from '../node/load-experiment.js';
import type { StageContext } from './calibration-stage.js';
import { packed, unpackedBytes } from './checkpointed.js';

export type TrainingSection = LoadedExperiment['experiment']['training'];

/** What all phases of a training have in common, in `training`'s own terms. */
export const commonSettings = ({
  batch,
  validationImages,
  shards,
  ...training
}: TrainingSection) => {
  const { optimiser, momentum, nesterov, weightDecay, gainInterval } = training;
  const { averaging, labelSmoothing, augmentation } = training;
  const { crop, flip, cutout, mixup } = augmentation;
  return {
    batchImages: batch,
    validationImages,
    shards,
    gainInterval,
    labelSmoothing,
    optimiser:
      optimiser === 'adamw'
        ? ({ kind: 'adamw', weightDecay } as const)
        : ({ kind: 'sgd', momentum, nesterov, weightDecay } as const),
    ...(averaging > 0 ? { averagingDecay: averaging } : {}),
    ...(crop > 0 || flip || cutout > 0 || mixup > 0
      ? { augmentation: { cropPadding: crop, flip, cutout, mixup } }
      : {}),
  };
};

/** Length and rate of one phase. */
export const phaseSchedule = (
  { epochs, rate }: { readonly epochs: number; readonly rate: number },
  { warmUpEpochs }: TrainingSection,
): Pick<TrainingConfig, 'epochs' | 'schedule'> => ({ epochs, schedule: { rate, warmUpEpochs } });

const percent = (fraction: number): string => `${(100 * fraction).toFixed(2)} %`;

/** Training so far in words; `heldOut`: accuracy on held-out images after the last epoch, NaN before or without. */
const describe = (
  { loss, accuracy, saturation }: Pick<TrainingProgress, 'loss' | 'accuracy' | 'saturation'>,
  heldOut: number,
): string => {
  const layers = Object.entries(saturation).map(
    ([layer, share]) => `${layer} ${Math.round(100 * share)}`,
  );
  return [
    `loss ${loss.toFixed(3)}, training accuracy ${percent(accuracy)}`,
    ...(Number.isNaN(heldOut) ? [] : [`held out ${percent(heldOut)}`]),
    ...(layers.length > 0 ? [`saturated (%): ${layers.join(', ')}`] : []),
  ].join(', ');
};

/** Updates between two checkpoints within an epoch. */
const CHECKPOINT_STEPS = 100;

/** Trains one phase, from its checkpoint where the output folder has one; stopped, it leaves one. */
export async function trainPhase(
  name: string,
  config: TrainingConfig,
  { executor, progress, signal, folder }: StageContext,
) {
  const steps = Math.floor(
    (config.data.labels.length - config.validationImages) / distinctImages(config),
  );
  const store = (state: TrainingState): void =>
    folder.saveCheckpoint(name, packed(encodeCheckpoint(state, config)));
  const known = folder.loadCheckpoint(name) as string | undefined;
  const resume =
    known === undefined ? undefined : decodeCheckpoint(unpackedBytes(known), config, folder.path);
  const total = config.epochs * steps;
  const task = progress.start(`training ${name}`, total, 'batches', resume?.steps);
  let heldOut = resume?.history.at(-1)?.validationAccuracy ?? NaN;
  const result = await train(config, {
    executor,
    signal,
    ...(resume ? { resume } : {}),
    onProgress: ({ epoch, step, stepsPerEpoch, ...live }) =>
      task.update(epoch * stepsPerEpoch + step, describe(live, heldOut)),
    checkpointSteps: CHECKPOINT_STEPS,
    onCheckpoint: store,
    onEpoch: (state, { validationAccuracy }) => {
      heldOut = validationAccuracy;
      store(state);
    },
  });
  task.finish(Number.isNaN(heldOut) ? undefined : `held-out accuracy ${percent(heldOut)}`);
  return result;
}
