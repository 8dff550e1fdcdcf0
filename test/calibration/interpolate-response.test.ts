import { describe, expect, it } from 'vitest';
import { interpolateResponse } from '../../src/calibration/interpolate-response.js';
import { normalCdf } from '../../src/numerics/special.js';

const currents = Array.from({ length: 25 }, (_, i) => -3 + (6 * i) / 24);

const counting = (response: (x: number) => number) => {
  const asked: number[] = [];
  const solve = (list: readonly number[]): Promise<number[]> => {
    asked.push(...list);
    return Promise.resolve(list.map(response));
  };
  return { asked, solve };
};

describe('a response from fewer solves', () => {
  it.each([
    ['a probit', normalCdf, 9],
    ['a skewed response', (x: number) => 1 - Math.exp(-Math.exp(1.2 * x - 0.3)), 9],
    ['one that rises and bends', (x: number) => normalCdf(x + 0.25 * Math.sin(x * 1.5)), 17],
  ])('takes few for %s, with an error below the one it states', async (_, response, solves) => {
    const { asked, solve } = counting(response);
    const found = await interpolateResponse(solve, currents, 1e-3);
    expect(asked.length).toBe(solves);
    expect(new Set(asked).size).toBe(solves);
    expect(found.solves).toBe(solves);
    const errors = currents.map((x, i) => Math.abs(found.probabilities[i] - response(x)));
    expect(Math.max(...errors)).toBeLessThan(found.interpolationError + 1e-12);
    expect(found.interpolationError).toBeLessThan(1e-3);
  });

  it('solves every current of a response with a kink', async () => {
    const kinked = (x: number): number => (x < 0.3 ? 0.2 : Math.min(0.95, 0.2 + 2 * (x - 0.3)));
    const { solve } = counting(kinked);
    const found = await interpolateResponse(solve, currents, 5e-4);
    expect(found.solves).toBe(17 + 25);
    expect(found.interpolationError).toBe(0);
    expect(found.probabilities).toEqual(currents.map(kinked));
  });
});
