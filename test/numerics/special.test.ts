import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as special from '../../src/numerics/special.js';

/** x and f(x) from mpmath 1.2.1 with 40 digits. */
const REFERENCE = {
  exp: [
    [-700.3, 7.304228033645715e-305],
    [-20.7, 1.0235385977594162e-9],
    [-1.5, 0.22313016014842982],
    [-0.3, 0.7408182206817179],
    [1e-9, 1.000000001],
    [0.1, 1.1051709180756477],
    [0.9, 2.45960311115695],
    [3.3, 27.112638920657883],
    [55.5, 1.2686556140109568e24],
    [709.7, 1.6549840276802644e308],
  ],
  log: [
    [1e-310, -713.8013788281542],
    [1e-20, -46.051701859880914],
    [0.3, -1.2039728043259361],
    [0.7, -0.35667494393873245],
    [0.999999, -1.000000500029089e-6],
    [1.0000001, 9.999999505838704e-8],
    [1.41, 0.34358970439007686],
    [1.42, 0.35065687161316933],
    [5.0, 1.6094379124341003],
    [1e300, 690.7755278982137],
  ],
  expm1: [
    [-30.0, -0.9999999999999064],
    [-0.7, -0.5034146962085905],
    [-0.001, -0.0009995001666250085],
    [1e-7, 1.0000000500000016e-7],
    [2e-5, 2.000020000133334e-5],
    [0.01, 0.010050167084168058],
    [0.6, 0.8221188003905089],
    [4.0, 53.598150033144236],
  ],
  log1p: [
    [-0.9, -2.302585092994046],
    [-0.001, -0.0010005003335835335],
    [1e-12, 9.999999999995e-13],
    [1e-5, 9.999950000333332e-6],
    [0.4, 0.33647223662121295],
    [10.0, 2.3978952727983707],
  ],
  tanh: [
    [-3.2, -0.9966823978396512],
    [-0.4, -0.3799489622552249],
    [1e-6, 9.999999999996666e-7],
    [0.01, 0.00999966667999946],
    [0.5, 0.46211715726000974],
    [1.7, 0.935409070603099],
    [8.0, 0.9999997749296758],
    [19.0, 0.9999999999999999],
  ],
  erf: [
    [-1.3, -0.9340079449406524],
    [-0.49, -0.511668261188523],
    [1e-8, 1.1283791670955126e-8],
    [0.2, 0.22270258921047847],
    [0.499, 0.5196206559894685],
    [0.5, 0.5204998778130465],
    [1.1, 0.8802050695740817],
    [3.7, 0.9999998328489421],
  ],
  erfc: [
    [-2.0, 1.9953222650189528],
    [0.3, 0.6713732405408726],
    [0.5, 0.4795001221869535],
    [1.0, 0.15729920705028513],
    [2.5, 0.0004069520174449589],
    [5.3, 6.613081850340811e-14],
    [12.1, 1.2081306636495034e-65],
    [26.0, 5.663192408856143e-296],
  ],
  normalCdf: [
    [-37.0, 5.725571222524577e-300],
    [-12.3, 4.5287069561587846e-35],
    [-5.0, 2.866515718791939e-7],
    [-1.0, 0.15865525393145705],
    [0.2, 0.579259709439103],
    [1.6, 0.945200708300442],
    [4.4, 0.9999945874560923],
  ],
  logGamma: [
    [0.001, 6.907178885383853],
    [0.5, 0.5723649429247001],
    [1.5, -0.12078223763524522],
    [3.0, 0.6931471805599453],
    [11.9, 17.25847745059552],
    [12.5, 18.734347511936445],
    [170.0, 701.437263808737],
    [1000000.0, 12815504.569147611],
  ],
} as const;
/** a, x, Q(a, x) and p, z with Phi(z) = p, from the same source. */
const UPPER_GAMMA = [
  [0.5, 0.1, 0.654720846018577],
  [1.0, 3.0, 0.049787068367863944],
  [2.5, 2.0, 0.5494159513527802],
  [10.0, 30.0, 7.121750862815577e-6],
  [50.0, 45.0, 0.7531979655998298],
  [100.0, 150.5, 4.966551626152654e-6],
] as const;
const QUANTILE = [
  [1e-300, -37.0470962993612],
  [1e-20, -9.262340089798407],
  [1e-5, -4.264890793922825],
  [0.02425, -1.972961051311885],
  [0.3, -0.5244005127080408],
  [0.499, -0.002506630899571766],
  [0.975, 1.9599639845400538],
] as const;

const relativeError = (value: number, want: number): number => Math.abs(value / want - 1);

describe('special functions against 40-digit references', () => {
  for (const [name, table] of Object.entries(REFERENCE)) {
    const tolerance = name === 'logGamma' ? 3e-14 : 2e-15; // ln Gamma crosses zero at 1 and 2
    it(`${name} to ${tolerance}`, () => {
      const f = special[name as keyof typeof REFERENCE];
      for (const [x, want] of table)
        expect(relativeError(f(x), want), `${name}(${x})`).toBeLessThan(tolerance);
    });
  }
  it('Q(a, x) to 1e-13', () => {
    for (const [a, x, want] of UPPER_GAMMA)
      expect(relativeError(special.upperGammaFraction(a, x), want), `Q(${a}, ${x})`).toBeLessThan(
        1e-13,
      );
  });
  it('normal quantile to 1e-15 (1 + |z|), from 1e-300', () => {
    for (const [p, want] of QUANTILE)
      expect(Math.abs(special.normalQuantile(p) - want), `p = ${p}`).toBeLessThan(
        1e-15 * (1 + Math.abs(want)),
      );
  });
});

describe('special functions over their whole range', () => {
  const exponent = fc.double({ min: -700, max: 700, noNaN: true });
  it('exp and log agree with the engine to two units in the last place', () => {
    fc.assert(
      fc.property(exponent, (x) => {
        expect(relativeError(special.exp(x), Math.exp(x))).toBeLessThan(5e-16);
        const y = Math.exp(x);
        expect(Math.abs(special.log(y) - Math.log(y))).toBeLessThanOrEqual(
          5e-16 * Math.max(1e-3, Math.abs(x)),
        );
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
  it('quantile inverts the distribution; logistic inverts the logit', () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (z) => {
        expect(
          Math.abs(special.normalQuantile(special.normalCdf(-Math.abs(z))) + Math.abs(z)),
        ).toBeLessThan(1e-13);
        expect(Math.abs(special.logit(special.logistic(-Math.abs(z))) + Math.abs(z))).toBeLessThan(
          1e-14 * 16,
        );
      }),
      { numRuns: 1000, seed: 2 },
    );
  });
  it('keeps symmetries and limits', () => {
    expect(special.exp(-800)).toBe(0);
    expect(special.exp(800)).toBe(Infinity);
    expect(special.exp(0)).toBe(1);
    expect(special.log(1)).toBe(0);
    expect(special.log(-1)).toBeNaN();
    expect(special.erf(-0.3)).toBe(-special.erf(0.3));
    expect(special.tanh(40)).toBe(1);
    expect(special.tanh(-0.2)).toBeCloseTo(-special.tanh(0.2), 16);
    expect(special.normalCdf(0)).toBe(0.5);
    expect(special.logNormalCdf(-60)).toBeCloseTo(-1805.0135606754, 6);
    expect(special.normalQuantile(0)).toBe(-Infinity);
    expect(special.normalQuantile(1.5)).toBeNaN();
  });
});
