import { describe, expect, it } from 'vitest';
import { simulate, vectorOf, type AnalysisResult } from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

const run = (...lines: string[]): AnalysisResult =>
  simulate(elaborate(parseNetlist(['reactances of expressions', ...lines, '.end', ''].join('\n'))))
    .analyses[0];

describe('capacitors and inductors by expression', () => {
  const network = ['v1 a 0 dc 0.5 ac 1 sin(0.5 1 1k)', 'r1 a b 1k'];

  it.each(['c={100n*(1+0.5*v(b))}', 'q={100n*(v(b)+0.25*v(b)**2)}'])(
    '%s has the capacitance of its bias in ac',
    (value) => {
      const result = run(...network, `c1 b 0 ${value}`, '.ac lin 1 2k 2k');
      const farad = 100e-9 * 1.25;
      const wrc = 2 * Math.PI * 2e3 * 1e3 * farad;
      expect(vectorOf(result, 'v(b)')![0]).toBeCloseTo(1 / (1 + wrc * wrc), 9);
      expect(vectorOf(result, 'v(b)', 'imaginary')![0]).toBeCloseTo(-wrc / (1 + wrc * wrc), 9);
      expect(vectorOf(result, 'i(c1)')![0]).toBeCloseTo(vectorOf(result, 'i(r1)')![0], 9);
    },
  );

  it('gives the same waveform from C(v) and from its integral Q(v)', () => {
    const tran = '.tran 5u 3m 0 5u';
    const byC = run(...network, 'c1 b 0 c={100n*(1+0.5*v(b))}', tran);
    const byQ = run(...network, 'c1 b 0 q={100n*(v(b)+0.25*v(b)**2)}', tran);
    const constant = run(...network, 'c1 b 0 125n', tran);
    const [c, q, plain] = [byC, byQ, constant].map((result) => vectorOf(result, 'v(b)')!);
    const last = Math.min(c.length, q.length) - 1;
    expect(Math.abs(c[last] - q[last])).toBeLessThan(2e-4);
    expect(Math.abs(c[last] - plain.at(-1)!)).toBeGreaterThan(2e-3);
  });

  it('lets the current of a saturating inductor follow its flux', () => {
    // phi(i) = L0 atan(k i) / k for L(i) = L0 / (1 + k^2 i^2): a constant voltage gives i = tan(k V t / L0) / k.
    const result = run('v1 a 0 1', 'l1 a 0 l={10m/(1+100*i(l1)**2)}', '.tran 1u 1m 0 1u uic');
    const current = vectorOf(result, 'i(l1)')!;
    result.sweep!.values.forEach((t, k) => {
      const exact = Math.tan((10 * t) / 10e-3) / 10;
      expect(Math.abs(current[k] - exact)).toBeLessThan(2e-4 * Math.max(exact, 0.01));
    });
  });
});
