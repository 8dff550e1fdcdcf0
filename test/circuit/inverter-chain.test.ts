import { describe, expect, it } from 'vitest';
import { simulate, vectorOf, type AnalysisResult } from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

const MODELS = `.model nn nmos level=1 vto=0.5 kp=200u lambda=0.05 cgso=0.2n cgdo=0.2n tox=4n
.model pp pmos level=1 vto=-0.5 kp=80u lambda=0.05 cgso=0.2n cgdo=0.2n tox=4n
vdd vdd 0 1.8
`;

/** Inverters in a row; the bulks lie on `bulkN` and `bulkP`. */
function chain(count: number, { bulkN = '0', bulkP = 'vdd', more = '' } = {}): AnalysisResult {
  const lines = Array.from({ length: count }, (_, k) =>
    [
      `mn${k} n${k + 1} n${k} 0 ${bulkN} nn w=1u l=0.18u`,
      `mp${k} n${k + 1} n${k} vdd ${bulkP} pp w=2u l=0.18u`,
      `cl${k} n${k + 1} 0 5f`,
    ].join('\n'),
  );
  const text = `chain\n${MODELS}vin n0 0 pulse(0 1.8 0.2n 0.1n 0.1n 1n 20n)\n${lines.join('\n')}\n${more}\n.end\n`;
  return simulate(elaborate(parseNetlist(text))).analyses[0];
}

/** First time after `from` at which a vector passes 0.9 V, by linear interpolation. */
function crossing(result: AnalysisResult, name: string, from: number): number {
  const times = result.sweep!.values;
  const values = vectorOf(result, name)!;
  for (let k = 1; k < times.length; k++) {
    const [before, after] = [values[k - 1] - 0.9, values[k] - 0.9];
    if (times[k] > from && before * after <= 0)
      return times[k - 1] + ((times[k] - times[k - 1]) * before) / (before - after);
  }
  return NaN;
}

describe('a chain of inverters', () => {
  it('delays both edges as a run with a hundredth of the tolerance has it, to 2 %', () => {
    const coarse = chain(20, { more: '.tran 20p 2.4n' });
    const fine = chain(20, { more: '.options reltol=1e-5\n.tran 20p 2.4n' });
    for (const start of [0.2e-9, 1.3e-9]) {
      const delay = (result: AnalysisResult) =>
        crossing(result, 'v(n20)', start + 0.15e-9) - crossing(result, 'v(n0)', start);
      expect(delay(fine)).toBeGreaterThan(0.3e-9);
      expect(Math.abs(delay(coarse) / delay(fine) - 1)).toBeLessThan(0.02);
    }
  });

  it('needs few factorisations: they serve several iterations', () => {
    const { factorisations, newtonIterations, points } = chain(20, { more: '.tran 20p 2.4n' })
      .statistics as unknown as Record<string, number>;
    expect(factorisations).toBeLessThan(0.5 * newtonIterations);
    expect(factorisations).toBeLessThan(1.3 * points);
  });

  it('has its operating point by Newton alone, one stage settling after the other', () => {
    for (const count of [21, 31, 61]) {
      const result = chain(count, { more: '.op' });
      expect(result.statistics.strategy, `${count}`).toBe('Newton');
      const rail = count % 2 === 0 ? 0 : 1.8;
      expect(vectorOf(result, `v(n${count})`)![0]).toBeCloseTo(rail, 6);
    }
  });

  it('does not tell a bulk on its source from one on a source of 0 V', () => {
    const more = '.tran 5p 1n 0 5p';
    const tied = chain(3, { more });
    const apart = chain(3, {
      bulkN: 'bn',
      bulkP: 'bp',
      more: `vbn bn 0 0\nvbp bp vdd 0\n${more}`,
    });
    for (const name of ['v(n1)', 'v(n2)', 'v(n3)']) {
      const times = tied.sweep!.values;
      const [a, b] = [vectorOf(tied, name)!, vectorOf(apart, name)!];
      const other = apart.sweep!.values;
      let k = 0;
      times.forEach((t, n) => {
        while (k < other.length - 2 && other[k + 1] < t) k++;
        const share = (t - other[k]) / (other[k + 1] - other[k]);
        expect(Math.abs(a[n] - b[k] - share * (b[k + 1] - b[k]))).toBeLessThan(0.01);
      });
    }
    const supply = (result: AnalysisResult) => {
      const times = result.sweep!.values;
      const i = vectorOf(result, 'i(vdd)')!;
      return times.reduce(
        (sum, t, k) => (k === 0 ? 0 : sum + ((i[k] + i[k - 1]) / 2) * (t - times[k - 1])),
        0,
      );
    };
    expect(supply(tied) / supply(apart)).toBeCloseTo(1, 2);
  });
});
