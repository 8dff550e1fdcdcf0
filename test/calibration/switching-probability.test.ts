import { describe, expect, it } from 'vitest';
import {
  parseMagnetProblem,
  switchingProbability,
  switchingProblem,
  type SwitchingProblem,
} from '../../src/calibration/index.js';
import { readSwitchingTable } from '../../src/experiment/magnet/switching-table.js';

const problem = (text: string): SwitchingProblem =>
  switchingProblem(parseMagnetProblem(`name: test\n${text}`, 'test.yaml'));

const AXIAL = `magnet: { alpha: 0.05, anisotropyField: 0.3 T, delta: 20 }
segments: [{ tau: 2, drive: 1.5 }, { tau: 3 }]`;

describe('a magnet problem', () => {
  it('is solved alike by finite volumes, spherical harmonics, sampling and splitting', () => {
    const axial = switchingProbability(problem(AXIAL));
    expect(axial.method).toBe('axial');
    const fp = switchingProbability(problem(AXIAL), { method: 'fp', tolerance: 1e-10 });
    for (const k of [0, 1])
      expect(Math.abs(fp.outcomes[k].switched - axial.outcomes[k].switched)).toBeLessThan(3e-10);
    const { stayed } = axial.outcomes[1];
    const mc = switchingProbability(problem(AXIAL), { method: 'mc', trials: 4000, seed: 5 });
    const error = Math.sqrt((stayed * (1 - stayed)) / 4000);
    expect(Math.abs(mc.outcomes[1].stayed - stayed)).toBeLessThan(4 * error + 2e-3);
    const split = switchingProbability(problem(AXIAL), { method: 'split', trials: 300, seed: 5 });
    const [low, high] = split.interval ?? [NaN, NaN];
    expect(Math.abs(split.outcomes[0].stayed - stayed)).toBeLessThan(2 * (high - low));
  });

  it('knows only h - i, in whatever direction the easy axis points', () => {
    const tilted =
      problem(`magnet: { alpha: 0.05, anisotropyField: 0.3 T, delta: 20, easyAxis: [1, 2, -2] }
start: [1, 2, -2]
segments: [{ tau: 2, field: [-150 mT, -300 mT, 300 mT] }, { tau: 3 }]`);
    const { method, outcomes } = switchingProbability(tilted);
    expect(method).toBe('axial');
    const straight = switchingProbability(problem(AXIAL)).outcomes;
    expect(outcomes[1].stayed / straight[1].stayed).toBeCloseTo(1, 6);
  });

  it('of a biaxial magnet, or one in a static field, goes to spherical harmonics', () => {
    const biaxial =
      problem(`magnet: { alpha: 0.1, anisotropyField: 0.1 T, delta: 6, hardField: 0.1 T, hardAxis: [1, 0, 0] }
segments: [{ duration: 0.2 ns, drive: 3 }]`);
    const { method, outcomes } = switchingProbability(biaxial);
    expect(method).toBe('fp');
    const mc = switchingProbability(biaxial, { method: 'mc', trials: 4000 });
    const p = outcomes[0].switched;
    expect(p).toBeGreaterThan(0.02);
    expect(Math.abs(mc.outcomes[0].switched - p)).toBeLessThan(
      4 * Math.sqrt((p * (1 - p)) / 4000) + 2e-3,
    );
    expect(() => switchingProbability(biaxial, { method: 'axial' })).toThrow('not-axial');
  });

  it('is refused with every fault at once', () => {
    const faulty = () =>
      problem(`magnet: { alpha: -0.1, anisotropyField: 0 T, delta: 20 }
segments: [{ duration: 1 ns, tau: 2 }]`);
    expect(faulty).toThrow(/alpha[\s\S]*anisotropyField[\s\S]*either `duration` or `tau`/);
  });

  it.each([60, 80])('survives a high barrier and little damping: Delta %d, alpha 0.01', (delta) => {
    const sharp = problem(`magnet: { alpha: 0.01, anisotropyField: 0.3 T, delta: ${delta} }
segments: [{ tau: 3, drive: 2 }, { tau: 2 }]`);
    const axial = switchingProbability(sharp).outcomes;
    const fp = switchingProbability(sharp, { method: 'fp', tolerance: 1e-7 }).outcomes;
    expect(axial[0].stayed).toBeGreaterThan(1e-3);
    for (const k of [0, 1]) expect(Math.abs(fp[k].stayed - axial[k].stayed)).toBeLessThan(1e-7);
  });
});

describe('a table of variants', () => {
  it('sets keys by column, with units and joined paths, and carries the rest', () => {
    const { columns, rows } = readSwitchingTable(
      'P_ref,magnet.delta,segments.0.dampingLike.1 & segments.1.dampingLike.1 (mT)\n0.3,25,40\n',
      'rows.csv',
    );
    expect(columns).toHaveLength(3);
    expect(rows[0].cells).toEqual(['0.3', '25', '40']);
    expect(rows[0].overrides.map(({ path, value }) => [path.join('.'), value])).toEqual([
      ['magnet.delta', 25],
      ['segments.0.dampingLike.1', '40 mT'],
      ['segments.1.dampingLike.1', '40 mT'],
    ]);
  });

  it.each([
    ['magnet.delta\n', 'switching.empty-table'],
    ['a,b\n1,2\n', 'switching.no-key'],
    ['magnet.delta,b\n1\n', 'switching.ragged-row'],
  ])('refuses %j', (text, code) => {
    expect(() => readSwitchingTable(text, 'rows.csv')).toThrow(code);
  });
});
