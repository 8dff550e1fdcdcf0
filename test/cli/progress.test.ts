import { describe, expect, it } from 'vitest';
import { duration, lineProgress } from '../../src/cli/progress.js';

/** A progress that writes into a list, with a clock set by hand. */
function recorded(isTerminal: boolean) {
  const lines: string[] = [];
  const clock = { seconds: 0 };
  const write = (text: string) => lines.push(text);
  const progress = lineProgress({ write, isTerminal, columns: 80, now: () => clock.seconds });
  const start = (before?: number) => progress.start('scoring', 200, 'images', before);
  return { lines, clock, start, task: start() };
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

  it('writes a line a minute where there is no terminal and a tenth of the work takes longer', () => {
    const { lines, clock, task } = recorded(false);
    for (let second = 0; second <= 600; second += 1) {
      clock.seconds = second;
      task.update(second / 60);
    }
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatch(/^scoring: {3}0 %, 1\/200 images, 0\.0167 images\/s, 3 h 19 min left/);
  });

  it('judges rate and time left by what this run has done, not by what an interrupted one had', () => {
    const { lines, clock, start } = recorded(false);
    const task = start(100);
    clock.seconds = 10;
    task.update(120);
    expect(lines).toEqual(['scoring:  60 %, 120/200 images, 2.00 images/s, 40 s left\n']);
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
