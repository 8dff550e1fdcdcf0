import type { TaskHandlers } from '../parallel/executor.js';
import { chipTransfer } from './monte-carlo.js';
import { wiredTile } from './tiles.js';

/** Tasks of this room for any executor. */
export const crossbarTasks: TaskHandlers = {
  'crossbar.wired-tile': wiredTile,
  'crossbar.chip-transfer': chipTransfer,
};
