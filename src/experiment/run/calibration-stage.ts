import { calibrate, type SwitchingCurve } from '../../calibration/index.js';
import type { Executor } from '../../parallel/executor.js';
import type { LoadedExperiment } from '../node/load-experiment.js';
import type { OutputFolder } from '../node/output-folder.js';
import type { Progress } from '../progress.js';

export interface StageContext {
  readonly executor: Executor;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly folder: OutputFolder;
}

/** Calibrates the experiment's device at its precision, or takes the curve of the interrupted run. */
export async function calibrationStage(
  { device, protocol, experiment }: LoadedExperiment,
  { executor, progress, signal, folder }: StageContext,
): Promise<SwitchingCurve> {
  const known = folder.loadCheckpoint('curve') as SwitchingCurve | undefined;
  if (known) return known;
  const task = progress.start(`calibrating ${device.name}`, 100, '%');
  const curve = await calibrate(device, protocol, {
    executor,
    signal,
    seed: experiment.seed,
    precision: experiment.calibration,
    onProgress: ({ stage, trials, plannedTrials }) =>
      task.update(Math.min(99, Math.floor((100 * trials) / plannedTrials)), stage),
  });
  const trials = curve.points.reduce((sum, point) => sum + point.trials, 0);
  task.finish(`${curve.points.length} currents, ${trials} trials, ${curve.fit.model}`);
  folder.saveCheckpoint('curve', curve);
  return curve;
}
