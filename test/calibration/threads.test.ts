import { beforeAll, describe, expect, it } from 'vitest';
import { calibrate, calibrationTasks } from '../../src/calibration/index.js';
import { threadExecutor } from '../../src/experiment/node/thread-executor.js';
import { inlineExecutor, type Executor } from '../../src/parallel/executor.js';
import { ensureBuilt } from '../support/built.js';
import { deviceFile, protocolFile } from './files.js';

describe('a calibration on real threads', () => {
  beforeAll(() => ensureBuilt(), 300_000);

  it.each(['mc', 'fp'] as const)('gives the bits of one thread: %s', async (method) => {
    const run = (executor: Executor) =>
      calibrate(deviceFile('uta-sot'), protocolFile('reset-and-pulse-junction'), {
        ...{ executor, method, seed: 3 },
        precision: { halfWidth: 0.04, points: 7, slope: 0.1, i50: 0.1 },
      });
    const alone = await run(inlineExecutor(calibrationTasks));
    for (const threads of [1, 3]) {
      const executor = threadExecutor({ threads });
      const curve = await run(executor);
      await executor.close();
      expect(curve, `${threads} threads`).toEqual(alone);
    }
  });
});
