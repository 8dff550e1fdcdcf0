import { describe, expect, it } from 'vitest';
import {
  crossbarTasks,
  defineCrossbar,
  mvm,
  parseLevelTable,
  transferEnsemble,
  transferMatrix,
  varyConductance,
  type SignScheme,
  type Variation,
} from '../../src/crossbar/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import { relativeDifference, uniforms } from './support.js';

const COUNT = 40_000;
const programmed = new Float64Array(COUNT).fill(1e-4);

/** Mean and standard deviation of the relative change. */
function moments(variation: Variation, transform = (ratio: number) => ratio - 1) {
  const varied = varyConductance(programmed, variation, { seed: 5, chip: 2 });
  const values = [...varied].map((g) => transform(g / 1e-4));
  const mean = values.reduce((a, b) => a + b, 0) / COUNT;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (COUNT - 1);
  return { mean, sigma: Math.sqrt(variance) };
}

/** 4.5 standard errors: a fixed seed, so a pass is a pass; chance of a wrong model passing is nil. */
const within = (mean: number, expected: number, sigma: number): void =>
  expect(Math.abs(mean - expected)).toBeLessThan((4.5 * sigma) / Math.sqrt(COUNT));

describe('variation', () => {
  it.each([
    ['proportional', { programming: { kind: 'proportional', sigma: 0.05 } }],
    ['absolute', { programming: { kind: 'absolute', sigmaSiemens: 5e-6 } }],
    ['read noise', { readNoise: 0.05 }],
  ] as [string, Variation][])('%s: mean 0, deviation 5 %%', (_, variation) => {
    const { mean, sigma } = moments(variation);
    within(mean, 0, 0.05);
    within(sigma, 0.05, 0.05 / Math.SQRT2);
  });

  it('device spread is log-normal', () => {
    const { mean, sigma } = moments({ deviceSpread: 0.2 }, Math.log);
    within(mean, 0, 0.2);
    within(sigma, 0.2, 0.2 / Math.SQRT2);
  });

  it('drift follows the power law', () => {
    const drift = { timeSeconds: 1000, referenceSeconds: 1, nuMean: 0.05, nuSigma: 0.005 };
    const { mean, sigma } = moments({ drift }, (ratio) => -Math.log(ratio) / Math.log(1000));
    within(mean, 0.05, 0.005);
    within(sigma, 0.005, 0.005 / Math.SQRT2);
  });

  it('stuck cells come in their share and stay stuck whatever else varies', () => {
    const stuck = { on: 0.02, off: 0.03, open: 0.01, onSiemens: 9e-4, offSiemens: 1e-6 };
    const alone = varyConductance(programmed, { stuck }, { seed: 1, chip: 0 });
    const share = (value: number): number => alone.filter((g) => g === value).length / COUNT;
    within(share(9e-4), 0.02, Math.sqrt(0.02 * 0.98));
    within(share(1e-6), 0.03, Math.sqrt(0.03 * 0.97));
    within(share(0), 0.01, Math.sqrt(0.01 * 0.99));
    const noisy: Variation = { stuck, programming: { kind: 'proportional', sigma: 0.1 } };
    const both = varyConductance(programmed, noisy, { seed: 1, chip: 0 });
    expect(both.every((g, k) => (alone[k] === 9e-4) === (g === 9e-4))).toBe(true);
  });

  it('draws depend on seed, chip and read, and on nothing else', () => {
    const variation: Variation = { deviceSpread: 0.1, readNoise: 0.01 };
    const draw = (seed: number, chip: number, read: number): Float64Array =>
      varyConductance(programmed.subarray(0, 50), variation, { seed, chip, read });
    expect(draw(1, 2, 3)).toEqual(draw(1, 2, 3));
    expect(draw(1, 2, 4)).not.toEqual(draw(1, 2, 3));
    expect(draw(1, 3, 3)).not.toEqual(draw(1, 2, 3));
    expect(draw(2, 2, 3)).not.toEqual(draw(1, 2, 3));
    // A longer array keeps the cells it shares with a shorter one.
    const longer = varyConductance(programmed.subarray(0, 80), variation, { seed: 1, chip: 2 });
    expect(longer.subarray(0, 50)).toEqual(
      varyConductance(programmed.subarray(0, 50), variation, { seed: 1, chip: 2 }),
    );
  });

  it('a measured table is interpolated between levels', () => {
    const levels = parseLevelTable('conductance_S,sigma_S\n5e-5,1e-6\n1.5e-4,3e-6\n', 'levels.csv');
    const { sigma } = moments({ programming: { kind: 'table', levels } });
    within(sigma, 0.02, 0.02 / Math.SQRT2);
  });

  it.each([
    ['g,s\n1,2\n', /no header[\s\S]*levels.csv:1/],
    ['conductance_S,sigma_S\n1e-5\n', /two numbers[\s\S]*levels.csv:2/],
    ['conductance_S,sigma_S\n2e-5,1e-6\n1e-5,1e-6\n', /must rise[\s\S]*levels.csv:3/],
    ['conductance_S,sigma_S\n1e-5,\n', /levels.csv:2/],
    ['conductance_S,sigma_S\n', /no levels/],
  ])('a bad table is refused with its line', (text, message) => {
    expect(() => parseLevelTable(text, 'levels.csv')).toThrow(message);
  });
});

describe('Monte Carlo over T', () => {
  it('has the spread of its cells when wires are ideal', async () => {
    const crossbar = defineCrossbar({
      conductance: Array.from({ length: 6 }, () => new Array<number>(5).fill(2e-5)),
    });
    const ensemble = await transferEnsemble(
      crossbar,
      { programming: { kind: 'proportional', sigma: 0.1 } },
      { executor: inlineExecutor(crossbarTasks), seed: 3, chips: 200 },
    );
    const mean = ensemble.deviation.reduce((a, b) => a + b, 0) / 30;
    expect(Math.abs(mean / 2e-6 - 1)).toBeLessThan(4.5 / Math.sqrt(2 * 200 * 30) + 0.002);
    expect(relativeDifference(ensemble.mean, transferMatrix(crossbar).values)).toBeLessThan(0.03);
  });
});

describe('mvm', () => {
  const next = uniforms(31);
  const weights = Array.from({ length: 6 }, () => Array.from({ length: 11 }, () => 2 * next() - 1));
  const inputs = Array.from({ length: 22 }, () => 3 * next() - 1);

  it.each(['differential', 'shared-column', 'offset-column'] as SignScheme[])(
    '%s: exact without wires, close with them',
    (scheme) => {
      const ideal = mvm(weights, inputs, { scheme });
      expect(relativeDifference(ideal.result, ideal.ideal)).toBeLessThan(1e-12);
      const wired = mvm(weights, inputs, { scheme, wire: { wordLine: 2, bitLine: 2 }, load: 10 });
      const error = relativeDifference(wired.result, wired.ideal);
      expect(error).toBeGreaterThan(1e-5);
      expect(error).toBeLessThan(0.1);
    },
  );

  it('takes variation from a keyed draw', () => {
    const variation: Variation = { programming: { kind: 'proportional', sigma: 0.02 } };
    const run = (chip: number): Float64Array =>
      mvm(weights, inputs, { variation, draw: { seed: 1, chip } }).result;
    expect(run(0)).toEqual(run(0));
    expect(run(1)).not.toEqual(run(0));
  });

  it('refuses shapes and numbers that do not fit', () => {
    expect(() => mvm(weights, [1, 2, 3])).toThrow(/3 numbers for a 6 x 11 matrix/);
    expect(() => mvm([[1, NaN]], [1, 2])).toThrow(/invalid number at 1: NaN/);
    expect(() => mvm([[1]], [1], { onSiemens: 1e-6, offSiemens: 1e-5 })).toThrow(/range/);
  });
});
