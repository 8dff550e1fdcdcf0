import type { TaskHandler, TaskHandlers } from '../parallel/executor.js';
import { experimentTasks } from './self-check-tasks.js';

/**
 * Every task a worker can run, by room. A task is named `room.task`; its room is loaded when the first
 * of its tasks arrives, so that a worker starts in milliseconds and a browser bundle can split here.
 */
const rooms: Readonly<Record<string, () => Promise<TaskHandlers>>> = {
  experiment: () => Promise.resolve(experimentTasks),
  calibration: async () => (await import('../calibration/monte-carlo.js')).calibrationTasks,
  training: async () => (await import('../training/train.js')).trainingTasks,
  network: async () => ({
    ...(await import('../network/score.js')).networkTasks,
    ...(await import('../network/layer-sensitivity.js')).sensitivityTasks,
  }),
  circuit: async () => (await import('../circuit/batch.js')).circuitTasks,
  crossbar: async () => (await import('../crossbar/tasks.js')).crossbarTasks,
};

/** The handler of task `name` (`room.task`). Throws RangeError when there is none. */
export async function loadTask(name: string): Promise<TaskHandler> {
  const handlers = await rooms[name.slice(0, name.indexOf('.'))]?.();
  const handler = handlers?.[name];
  if (!handler) throw new RangeError(`unknown task: ${name}`);
  return handler;
}
