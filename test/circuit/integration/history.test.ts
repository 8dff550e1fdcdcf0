import { describe, expect, it } from 'vitest';
import { derivativeFactor, newHistory, predict } from '../../../src/circuit/integration/history.js';

/** History of a polynomial at uneven times, newest last. */
function historyOf(polynomial: (t: number) => number, times: readonly number[]) {
  const history = newHistory(1);
  for (const t of times) history.push(t, Float64Array.of(polynomial(t)), Float64Array.of(0));
  return history;
}

describe('history of a transient', () => {
  const times = [0.3, 0.9, 1.2];
  const parabola = (t: number) => 2 - 3 * t + 0.5 * t * t;
  const cubic = (t: number) => 1 + t * t * t;

  it('foretells a polynomial of its degree', () => {
    const out = new Float64Array(1);
    predict(historyOf(parabola, times), 2, 2, out);
    expect(out[0]).toBeCloseTo(parabola(2), 12);
    predict(
      historyOf((t) => 4 * t, times),
      2,
      1,
      out,
    );
    expect(out[0]).toBeCloseTo(8, 12);
  });

  it('gives the derivative of order + 1 from what was foretold amiss', () => {
    const out = new Float64Array(1);
    const third = historyOf(cubic, times);
    predict(third, 1.7, 2, out);
    expect(derivativeFactor(third, 2, 1.7) * (cubic(1.7) - out[0])).toBeCloseTo(6, 10);
    const second = historyOf(parabola, times);
    predict(second, 1.7, 1, out);
    expect(derivativeFactor(second, 1, 1.7) * (parabola(1.7) - out[0])).toBeCloseTo(1, 10);
  });

  it('forgets all but the newest point at a corner, and keeps three at most', () => {
    const history = historyOf(parabola, [0, ...times]);
    expect(history.depth()).toBe(3);
    expect(history.time(2)).toBe(0.3);
    history.restart();
    expect(history.depth()).toBe(1);
    const out = new Float64Array(1);
    predict(history, 2, 2, out);
    expect(out[0]).toBe(parabola(1.2));
  });
});
