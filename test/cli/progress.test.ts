import { describe, expect, it } from 'vitest';
import { duration, lineProgress } from '../../src/cli/progress.js';

/** A progress that writes into a list, with a clock set by hand. */
function recorded(isTerminal: boolean) {
  const lines: string[] = [];
  const clock = { seconds: 0 };
  const write = (text: string) => lines.push(text);
  const progress = lineProgress({ write, isTerminal, columns: 80, now: () => clock.seconds });
  return { lines, clock, task: progress.start('scoring', 200, 'images') };
}

describe('lineProgress', () => {
  it('writes one line per 10 % where there is no terminal', () => {
    const { lines, clock, task } = recorded(false);
    for (let done = 1; done <= 200; done += 1) {
      clock.seconds = done / 50;
      task.update(done, '97.0 % +- 1.2 %');
    }
    task.finish('97.1 %');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe(
      'scoring:  10 %, 20/200 images, 50.0 images/s, 3.6 s left, 97.0 % +- 1.2 %\n',
    );
    expect(lines.at(-1)).toBe('scoring: 97.1 % (4.0 s)\n');
  });

  it('rewrites one line on a terminal, ten times a second at most', () => {
    const { lines, clock, task } = recorded(true);
    for (let step = 0; step < 100; step += 1) {
      clock.seconds = step * 0.02;
      task.update(step);
    }
    expect(lines.length).toBeLessThanOrEqual(21);
    expect(lines.every((line) => line.startsWith('\r') && !line.includes('\n'))).toBe(true);
    task.finish();
    expect(lines.at(-1)).toMatch(/^scoring: done/);
  });

  it('says durations in words', () => {
    expect([0.44, 59.6, 200, 7500].map(duration)).toEqual([
      '0.4 s',
      '1 min 0 s',
      '3 min 20 s',
      '2 h 5 min',
    ]);
  });
});
