import { describe, expect, it } from 'vitest';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import type { Converter } from '../../src/network/index.js';
import { defaultMapping } from '../../src/network/index.js';
import {
  countThresholds,
  expectedOutput,
  isSaturated,
  transferOf,
} from '../../src/network/transfer.js';
import { withReadNoise } from '../../src/training/loop-physics.js';
import {
  fillTables,
  thresholdStride,
  UNREACHED,
  type ConversionLaw,
  type Estimator,
} from '../../src/training/surrogate.js';
import { probitCurve } from './support.js';

const WIDTH = probitCurve.fit.widthAmpere;
const SPAN = 200;

const withModel = (fit: Partial<SwitchingCurve['fit']>): SwitchingCurve => ({
  ...probitCurve,
  fit: { ...probitCurve.fit, centreAmpere: 0.1 * WIDTH, ...fit },
});

const curves: Readonly<Record<string, SwitchingCurve>> = {
  probit: withModel({}),
  logistic: withModel({ model: 'logistic' }),
  'generalised logistic': withModel({ model: 'generalised-logistic', shape: { exponent: [0.4] } }),
  spline: withModel({
    model: 'monotone-logit-spline',
    shape: { knots: [-3, -1, 0.5, 1, 3], logits: [-5, -1.2, 0.2, 0.9, 6] },
  }),
};

const estimators: readonly Estimator[] = [
  { kind: 'expectation' },
  { kind: 'scaled-expectation', widen: 3 },
  { kind: 'straight-through', gateWidths: 2.5 },
  { kind: 'identity' },
];

/** Of a mapping with as many widths a digit, with read noise of so many widths. */
function lawOf(converter: Converter, widthsPerDigit: number, bias = 0, noise = 0): ConversionLaw {
  const transfer = transferOf(converter, {
    layer: 'layer',
    mapping: { ...defaultMapping, gain: converter.kind === 'tanh' ? widthsPerDigit : 1 },
    cell: defaultMapping.cell,
    cellShare: 1,
    largestPartialSum: SPAN,
    topSlice: false,
  });
  const argumentPerDigit = converter.kind === 'tanh' ? widthsPerDigit : widthsPerDigit * WIDTH;
  return {
    transfer: withReadNoise(transfer, noise * WIDTH),
    argumentPerDigit,
    bias,
    widthsPerDigit,
  };
}

/** Number by number; of draws, up to the power of two from which on both sides are saturated. */
function plainTables(law: ConversionLaw, estimator: Estimator) {
  const { transfer, argumentPerDigit, bias, widthsPerDigit } = law;
  const argument = (ps: number) => argumentPerDigit * (ps + bias);
  const mean = expectedOutput(transfer);
  const step = 1e-3 / widthsPerDigit;
  const derivative = (ps: number) =>
    (mean(argumentPerDigit * (ps + bias + step)) - mean(argumentPerDigit * (ps + bias - step))) /
    (2 * step);
  let active = SPAN;
  if (transfer.kind === 'draw')
    for (active = 1; active < SPAN; active *= 2)
      if ([-active, active].every((ps) => isSaturated(transfer, argument(ps)))) break;
  active = Math.min(active, SPAN);
  const sums = Array.from({ length: 2 * SPAN + 1 }, (_, i) => i - SPAN);
  const slopeAt = (ps: number): number => {
    switch (estimator.kind) {
      case 'expectation':
        return Math.abs(ps) <= active ? derivative(ps) : 0;
      case 'scaled-expectation':
        return derivative(ps / estimator.widen) / estimator.widen;
      case 'straight-through':
        return Math.abs(widthsPerDigit * (ps + bias)) <= estimator.gateWidths
          ? widthsPerDigit / estimator.gateWidths
          : 0;
      case 'identity':
        return derivative(0);
    }
  };
  const slopes = Float32Array.from(sums, slopeAt);
  if (transfer.kind === 'value')
    return {
      slopes,
      values: Float32Array.from(sums, (ps) => transfer.value(argument(ps))),
      thresholds: new Uint16Array(0),
    };
  const { samples } = transfer;
  const stride = thresholdStride(samples);
  const thresholds = new Uint16Array(sums.length * stride).fill(UNREACHED);
  for (const [i, ps] of sums.entries())
    countThresholds(
      transfer,
      argument(Math.max(-active, Math.min(active, ps))),
      thresholds,
      i * stride,
    );
  return { slopes, values: new Float32Array(0), thresholds };
}

const draws = (curve: SwitchingCurve): readonly (readonly [string, Converter])[] => [
  ['T = 1', { kind: 'mtj', curve, samples: 1 }],
  ['T = 2', { kind: 'mtj', curve, samples: 2 }],
  ['T = 9, staggered', { kind: 'mtj', curve, samples: 9, staggerWidths: 3 }],
  [
    'T = 8, misread',
    { kind: 'mtj', curve, samples: 8, readError: { plusAsMinus: 0.01, minusAsPlus: 0.02 } },
  ],
  ['its expectation', { kind: 'expectation', curve }],
];

const cases: readonly (readonly [string, Converter])[] = [
  ...Object.entries(curves).flatMap(([name, curve]) =>
    draws(curve).map(([how, converter]) => [`${name}, ${how}`, converter] as const),
  ),
  ['tanh, T = 1', { kind: 'tanh', slope: 0.8, samples: 1, zero: 'draw' }],
  ['tanh', { kind: 'tanh', slope: 0.8, samples: 'infinite', zero: 'draw' }],
];

describe('conversion tables', () => {
  it.each(cases)('of %s are those made number by number, for any estimator and gain', (_, used) => {
    for (const estimator of estimators) {
      const first = lawOf(used, 1);
      const samples = first.transfer.kind === 'draw' ? first.transfer.samples : 0;
      const stride = thresholdStride(samples);
      const size = 2 * SPAN + 1;
      const tables = {
        span: SPAN,
        stride,
        thresholds: new Uint16Array(size * stride).fill(UNREACHED),
        values: new Float32Array(samples === 0 ? size : 0),
        slopes: new Float32Array(size),
      };
      // One after the other in the same memory: from nearly a step to nowhere saturated, and back.
      const laws = [
        lawOf(used, 6),
        lawOf(used, 0.06, 2.5),
        lawOf(used, 0.001),
        lawOf(used, 0.05, -20, 0.5),
        first,
      ];
      for (const law of laws) {
        const { first: from, last: to } = fillTables(tables, law, estimator);
        const plain = plainTables(law, estimator);
        expect(tables.slopes).toEqual(plain.slopes);
        expect(tables.values).toEqual(plain.values);
        expect(tables.thresholds).toEqual(plain.thresholds);
        const ofOneParity = {
          ...tables,
          parity: 1,
          thresholds: tables.thresholds.slice(),
          values: tables.values.slice(),
          slopes: tables.slopes.slice(),
        } as const;
        fillTables(ofOneParity, first === law ? laws[0] : first, estimator);
        fillTables(ofOneParity, law, estimator);
        const odd = (_: number, i: number) => (i - SPAN) % 2 !== 0;
        const oddEntries = (__: number, i: number) => odd(0, Math.floor(i / stride));
        expect(ofOneParity.slopes.filter(odd)).toEqual(plain.slopes.filter(odd));
        expect(ofOneParity.values.filter(odd)).toEqual(plain.values.filter(odd));
        expect(ofOneParity.thresholds.filter(oddEntries)).toEqual(
          plain.thresholds.filter(oddEntries),
        );
        const beyond = [-SPAN, SPAN].filter((ps) => ps < from || ps > to);
        for (const ps of beyond) expect(tables.slopes[ps + SPAN]).toBe(0);
      }
    }
  });
});
