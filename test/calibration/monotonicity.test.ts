import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkMemory, findMonotoneRange, restrictToRise } from '../../src/calibration/index.js';
import { macrospinOf } from '../../src/magnetics/index.js';
import { deviceFile, protocolFile } from './files.js';

const points = (shares: readonly number[], trials = 2000) =>
  shares.map((share, i) => ({
    currentAmpere: i * 1e-6,
    trials,
    switched: Math.round(trials * share),
  }));

describe('falls of P with the current', () => {
  it('noise is not a fall, back-switching is', () => {
    expect(findMonotoneRange(points([0, 0.1, 0.5, 0.49, 0.9, 1])).monotone).toBe(true);
    const range = findMonotoneRange(points([0, 0.1, 0.5, 0.8, 0.6, 0.4]));
    expect(range).toMatchObject({ monotone: false, first: 0, last: 3 });
  });
  it('keeps the rising part with a note, or refuses', () => {
    const back = points([0, 0.1, 0.5, 0.8, 0.6, 0.4]);
    const notes: string[] = [];
    expect(restrictToRise(back, { nonMonotone: 'restrict', notes })).toHaveLength(4);
    expect(notes[0]).toContain('back-switching');
    expect(() => restrictToRise(back, { nonMonotone: 'refuse', notes })).toThrow('must rise');
    const weak = points([0, 0.1, 0.3, 0.4, 0.2, 0.1]);
    expect(() => restrictToRise(weak, { nonMonotone: 'restrict', notes })).toThrow('P = 1/2');
  });

  const table = '../shared/data/fokker-planck/sot_A20_fp.csv';
  const present = existsSync(table);
  if (!present) console.info(`skipped: ${table} is not here`);
  it.skipIf(!present)(
    'sees the back-switching of the spin-orbit pulse A20 in the exact table',
    () => {
      const rows = readFileSync(table, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(','));
      // After 1 ns the table itself rises throughout; after the others it dips by 0.015 to 0.06.
      for (const [width, monotone] of [
        ['0.5', false],
        ['1', true],
        ['2', false],
        ['5', false],
      ] as const) {
        const sweep = rows
          .filter(([, ratio, , pulse]) => ratio === '0' && pulse === width)
          .map((row) => ({
            currentAmpere: Number(row[2]),
            trials: 40_000,
            switched: 40_000 * Number(row[5]),
          }));
        const range = findMonotoneRange(sweep);
        expect(range.monotone, `${width} ns`).toBe(monotone);
        if (monotone) continue;
        // The kept part rises, crosses one half where it can, and P falls right behind it.
        const kept = sweep.slice(range.first, range.last + 1);
        expect(findMonotoneRange(kept).monotone).toBe(true);
        expect(kept.length).toBeGreaterThanOrEqual(5);
        expect(sweep[range.last + 1].switched).toBeLessThan(sweep[range.last].switched);
      }
    },
  );
});

describe('protocols that outlast the memory', () => {
  it('are refused for a low barrier and pass for a high one', () => {
    const protocol = protocolFile('hard-axis-preset');
    const notes: string[] = [];
    checkMemory(macrospinOf(deviceFile('sot-mtj-in-plane').mtj), protocol, notes);
    expect(notes).toEqual([]);
    const long = {
      ...protocol,
      segments: [...protocol.segments, { ...protocol.segments[2], duration: 1e-3 }],
    };
    const hot = { ...deviceFile('sot-mtj-in-plane').mtj, temperature: 600 };
    expect(() => checkMemory(macrospinOf(hot), long, notes)).toThrow(
      'longer than the magnet remembers',
    );
  });
});
