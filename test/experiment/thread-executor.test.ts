import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import { threadExecutor } from '../../src/experiment/node/thread-executor.js';
import { streamChecksum, type StreamChecksumInput } from '../../src/experiment/self-check-tasks.js';
import type { Executor } from '../../src/parallel/executor.js';
import { ensureBuilt } from '../support/built.js';

const TASK = 'experiment.stream-checksum';
const stretches = (parts: number, words = 1200): StreamChecksumInput[] =>
  Array.from({ length: parts }, (_, part) => ({
    seed: 7,
    start: (part * words) / parts,
    count: words / parts,
  }));

describe('threadExecutor', () => {
  let executor: Executor;
  beforeAll(async () => {
    await ensureBuilt();
    executor = threadExecutor({ threads: 2 });
  }, 180_000);
  afterAll(() => executor.close());

  it('gives the same results as the calling thread, in input order', async () => {
    const inputs = stretches(6);
    const outputs = await executor.map<StreamChecksumInput, number>(TASK, inputs);
    expect(outputs).toEqual(inputs.map(streamChecksum));
  });

  it('finds what inputs have alike in every one, also where maps of two such run at once', async () => {
    const ranges = stretches(6).map(({ start, count }) => ({ start, count }));
    const sums = (seed: number) =>
      executor.map<(typeof ranges)[number], number>(TASK, ranges, { common: { seed } });
    const [seven, eight, nine] = await Promise.all([sums(7), sums(8), sums(9)]);
    for (const [seed, outputs] of [
      [7, seven],
      [8, eight],
      [9, nine],
    ] as const)
      expect(outputs).toEqual(ranges.map((range) => streamChecksum({ seed, ...range })));
  });

  it('does not depend on the number of threads or the split', async () => {
    const total = streamChecksum({ seed: 7, start: 0, count: 1200 });
    for (const [threads, parts] of [
      [1, 3],
      [3, 4],
    ]) {
      const other = threadExecutor({ threads });
      const sums = await other.map<StreamChecksumInput, number>(TASK, stretches(parts));
      await other.close();
      expect(sums.reduce((sum, part) => sum + part)).toBe(total);
    }
  });

  it('reports each result once, with its index', async () => {
    const seen: number[] = [];
    await executor.map(TASK, stretches(5), { onResult: (_, index) => seen.push(index) });
    expect(seen.sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('carries our errors across the thread boundary with their diagnostics', async () => {
    const error = await executor
      .map(TASK, [{ seed: 1, start: 0, count: -1 }])
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SpinbarError);
    const { diagnostics, exitCode } = error as SpinbarError;
    expect(diagnostics[0]).toMatchObject({ code: 'experiment.invalid-count', severity: 'error' });
    expect(exitCode).toBe(3);
  });

  it('rejects an unknown task and stays usable', async () => {
    await expect(executor.map('experiment.nonsense', [1])).rejects.toThrow('unknown task');
    await expect(executor.map('nowhere', [1])).rejects.toThrow('unknown task');
    expect(await executor.map(TASK, stretches(1))).toHaveLength(1);
  });

  it('drops outstanding inputs after an error', async () => {
    let finished = 0;
    const inputs = [{ seed: 1, start: 0, count: -1 }, ...stretches(40, 40_000)];
    await expect(
      executor.map(TASK, inputs, { onResult: () => (finished += 1) }),
    ).rejects.toBeInstanceOf(SpinbarError);
    expect(finished).toBeLessThan(40);
  });

  it('stops on abort with the reason of the signal, keeping what was finished', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const work = executor.map(TASK, stretches(40, 40_000), {
      signal: controller.signal,
      onResult: (_, index) => {
        seen.push(index);
        if (seen.length === 3) controller.abort('enough');
      },
    });
    await expect(work).rejects.toBe('enough');
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen.length).toBeLessThanOrEqual(5);
  });

  it('resolves at once for no inputs, and refuses work once closed', async () => {
    expect(await executor.map(TASK, [])).toEqual([]);
    const other = threadExecutor({ threads: 1 });
    await other.close();
    await expect(other.map(TASK, stretches(1))).rejects.toThrow('closed');
  });
});
