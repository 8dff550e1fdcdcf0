import { describe, expect, it } from 'vitest';
import { simulate, vectorOf, type AnalysisResult } from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

const run = (...lines: string[]): AnalysisResult =>
  simulate(elaborate(parseNetlist(['noise', ...lines, '.end', ''].join('\n')))).analyses[0];

const BOLTZMANN = 1.380649e-23;

describe('.noise', () => {
  it('gives kT/C for a resistor and a capacitor, whatever the resistance', () => {
    for (const ohm of [1e3, 1e6]) {
      const corner = 1 / (2 * Math.PI * ohm * 1e-12);
      const result = run(
        'v1 in 0 dc 0 ac 1',
        `r1 in out ${ohm}`,
        'c1 out 0 1p',
        `.noise v(out) v1 dec 50 ${corner / 1e4} ${corner * 1e5}`,
      );
      const rms = vectorOf(result, 'onoise_total')!.at(-1)!;
      const exact = Math.sqrt((BOLTZMANN * 300.15) / 1e-12);
      expect(Math.abs(rms / exact - 1)).toBeLessThan(1e-4);
      const [low] = vectorOf(result, 'inoise_spectrum')!;
      expect(low / Math.sqrt(4 * BOLTZMANN * 300.15 * ohm)).toBeCloseTo(1, 9);
    }
  });

  it('agrees with ngspice 39 for a transistor and a diode with flicker', () => {
    const result = run(
      'vdd v 0 3',
      'vin i 0 dc 1.2 ac 1',
      'rs i g 10k',
      'cg g 0 1p',
      'rd v d 5k',
      'm1 d g s 0 nm w=10u l=1u',
      'rss s 0 100',
      '.model nm nmos level=1 vto=0.7 kp=100u lambda=0.02 tox=20n kf=1e-26 af=1 rd=20',
      'd1 v k dd',
      'rk k d 2k',
      '.model dd d is=1e-14 rs=10 kf=1e-16 af=1',
      'cl d 0 1p',
      '.noise v(d) vin dec 1 10 1meg',
    );
    const onoise = [
      1.3967089e-4, 4.41678163e-5, 1.39670983e-5, 4.41681102e-6, 1.39680153e-6, 4.41930453e-7,
    ];
    const inoise = [
      1.26483108e-4, 3.99974731e-5, 1.26483193e-5, 3.99977478e-6, 1.26494177e-6, 4.01050598e-7,
    ];
    const ours = [vectorOf(result, 'onoise_spectrum')!, vectorOf(result, 'inoise_spectrum')!];
    for (const [k, reference] of [onoise, inoise].entries()) {
      reference.forEach((value, row) => {
        expect(Math.abs(ours[k][row] / value - 1)).toBeLessThan(5e-5);
      });
    }
  });

  it('adds up by device, and asks for an independent source', () => {
    const lines = ['v1 a 0 1', 'r1 a b 1k', 'd1 b 0 dm', 'r2 b 0 10k', '.model dm d is=1e-14'];
    const result = run(...lines, '.noise v(b) v1 lin 1 1k 1k');
    const parts = ['onoise_r1', 'onoise_d1', 'onoise_r2'].map((n) => vectorOf(result, n)![0]);
    const sum = Math.hypot(...parts);
    expect(vectorOf(result, 'onoise_spectrum')![0] / sum).toBeCloseTo(1, 12);
    expect(() => run(...lines, '.noise v(b) r1 lin 1 1k 1k')).toThrow(/no independent source|r1/);
  });
});
