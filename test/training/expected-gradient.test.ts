import { describe, expect, it } from 'vitest';
import { defaultMapping, type Mapping } from '../../src/network/index.js';
import { compileProgram } from '../../src/training/compile.js';
import { gainsInWidths } from '../../src/training/export.js';
import {
  declareParameters,
  initialParameters,
  meanSquareName,
} from '../../src/training/initialise.js';
import { crossEntropy } from '../../src/training/loss.js';
import { entryOf } from '../../src/training/parameters.js';
import type { Estimator } from '../../src/training/surrogate.js';
import { networkBuilder } from './network-builder.js';
import { noise, probitCurve } from './support.js';

/**
 * A network whose outcomes can be listed: four inputs, three columns of one array with one sample each
 * (eight outcomes), a float head of two classes. Levels of seven bits; weights stand on theirs.
 */
const INPUTS = 4;
const HIDDEN = 3;
const CLASSES = 2;
const TOP = 127;
const IMAGES = 64;
const PASSES = 64;
const OUTCOMES: readonly (readonly number[])[] = Array.from({ length: 2 ** HIDDEN }, (_, k) =>
  Array.from({ length: HIDDEN }, (__, m) => ((k >> m) & 1 ? 1 : -1)),
);
const LABEL = 1;

const levels = (values: Float32Array) =>
  values.map((v) => 2 * Math.round(((Math.max(-1, Math.min(1, v)) + 1) / 2) * TOP) - TOP);
const x = levels(noise(INPUTS, 5));
const weights = levels(noise(HIDDEN * INPUTS, 6));
const head = noise(CLASSES * HIDDEN, 7);
const linearLoss = noise(CLASSES, 8);

const density = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
/** Abramowitz and Stegun (1964), 26.2.17: to 7.5e-8. */
function cumulative(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const tail = density(z) * series.reduceRight((sum, c) => (sum + c) * t, 0);
  return z > 0 ? 1 - tail : tail;
}

type Loss = 'linear' | 'cross-entropy';

/** Loss of an outcome and its derivatives by the bits. */
function lossOf(loss: Loss, bits: readonly number[]): { value: number; byBit: number[] } {
  const logits = Array.from({ length: CLASSES }, (_, k) =>
    bits.reduce((sum, bit, m) => sum + head[k * HIDDEN + m] * bit, 0),
  );
  const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
  const slopes =
    loss === 'linear'
      ? [...linearLoss]
      : logits.map((z, k) => Math.exp(z) / total - (k === LABEL ? 1 : 0));
  const value =
    loss === 'linear'
      ? logits.reduce((sum, z, k) => sum + z * linearLoss[k], 0)
      : Math.log(total) - logits[LABEL];
  return {
    value,
    byBit: bits.map((_, m) => slopes.reduce((sum, g, k) => sum + g * head[k * HIDDEN + m], 0)),
  };
}

/** Runs the trainer's layer over many draws: mean gradient of the weights, and its standard error. */
function sampled(loss: Loss, estimator: Estimator) {
  const build = networkBuilder();
  build.linear('layer', 'input', [HIDDEN, INPUTS]);
  build.linear('head', 'layer', [CLASSES, HIDDEN]);
  const { graph, shapes } = build.finish({
    name: 'tiny',
    inputShape: [INPUTS, 1, 1],
    output: 'head',
  });
  const mapping: Mapping = {
    ...defaultMapping,
    weightBits: 7,
    bitsPerSlice: 7,
    activationBits: 7,
    bitsPerStream: 7,
    weightScale: 1,
    policy: { first: 'mapped', last: 'float' },
  };
  const stochastic = {
    mapping,
    converter: { kind: 'mtj', curve: probitCurve, samples: 1 } as const,
    estimator,
    gainWidths: 1.2,
  };
  const table = declareParameters(graph, shapes, mapping);
  const program = compileProgram(graph, table, { images: IMAGES, stochastic });
  const parameters = initialParameters(graph, table, 1, mapping);
  const { offset, length } = entryOf(table, 'layer.weight');
  parameters.set(
    weights.map((level) => level / TOP),
    offset,
  );
  parameters.set(head, entryOf(table, 'head.weight').offset);
  parameters[entryOf(table, meanSquareName('layer')).offset] = TOP ** 4;
  const widths = gainsInWidths(graph, table, parameters, stochastic)['layer'];
  const { workspace, input, logits } = program;
  const mean = new Float64Array(length);
  const squares = new Float64Array(length);
  for (let k = 0; k < PASSES; k += 1) {
    const slots = workspace.f32(input.data);
    for (let n = 0; n < IMAGES; n += 1)
      for (let i = 0; i < INPUTS; i += 1) slots[i * input.stride + n] = x[i] / TOP;
    const gradient = new Float32Array(table.length);
    const imageIndices = Uint32Array.from({ length: IMAGES }, (_, n) => n);
    const pass = { parameters, gradient, training: true, seed: 1000 + k, imageIndices };
    program.forward(pass);
    if (loss === 'cross-entropy')
      crossEntropy(workspace, logits, IMAGES, {
        labels: new Uint8Array(IMAGES).fill(LABEL),
        batchImages: IMAGES,
      });
    else
      for (let n = 0; n < IMAGES; n += 1)
        for (let c = 0; c < CLASSES; c += 1)
          workspace.f32(logits.gradient)[c * logits.stride + n] = linearLoss[c] / IMAGES;
    program.backward(pass);
    for (let i = 0; i < length; i += 1) {
      mean[i] += gradient[offset + i] / PASSES;
      squares[i] += gradient[offset + i] ** 2 / PASSES;
    }
  }
  const error = mean.map((m, i) => Math.sqrt(Math.max(0, squares[i] - m * m) / (PASSES - 1)));
  return { mean, error, widths };
}

const sums = (from: ArrayLike<number>): number[] =>
  Array.from({ length: HIDDEN }, (_, m) =>
    x.reduce((sum, level, i) => sum + level * from[m * INPUTS + i], 0),
  );

/** Expected loss, every outcome by its probability, of weights given in (not whole) levels. */
function expectedLoss(loss: Loss, from: ArrayLike<number>, widths: number): number {
  const up = sums(from).map((ps) => cumulative(widths * ps));
  return OUTCOMES.reduce(
    (sum, bits) =>
      sum +
      lossOf(loss, bits).value *
        bits.reduce((share, bit, m) => share * (bit > 0 ? up[m] : 1 - up[m]), 1),
    0,
  );
}

/** By central differences in the weights. */
function numericGradient(loss: Loss, widths: number): Float64Array {
  return Float64Array.from(weights, (_, i) => {
    const moved = (by: number) =>
      expectedLoss(
        loss,
        Float64Array.from(weights, (w, k) => (k === i ? w + by : w)),
        widths,
      );
    return ((moved(0.5) - moved(-0.5)) / 1) * TOP;
  });
}

/** What an estimator gives on average: its slope times the loss's own derivative, over all outcomes. */
function expectedEstimate(loss: Loss, slope: (z: number) => number, widths: number): Float64Array {
  const own = sums(weights);
  const up = own.map((ps) => cumulative(widths * ps));
  const byBit = new Float64Array(HIDDEN);
  for (const bits of OUTCOMES) {
    const share = bits.reduce((p, bit, m) => p * (bit > 0 ? up[m] : 1 - up[m]), 1);
    const { byBit: slopes } = lossOf(loss, bits);
    for (let m = 0; m < HIDDEN; m += 1) byBit[m] += share * slopes[m];
  }
  return Float64Array.from(weights, (_, i) => {
    const m = Math.floor(i / INPUTS);
    return byBit[m] * slope(widths * own[m]) * widths * x[i % INPUTS] * TOP;
  });
}

/** 12 entries a case at five standard errors: 7e-6 of a false alarm. */
function agree({ mean, error }: ReturnType<typeof sampled>, expected: Float64Array): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeGreaterThan(1e-3);
  for (const [i, value] of expected.entries())
    expect(Math.abs(mean[i] - value)).toBeLessThan(5 * error[i] + 2e-4 * largest);
}

const curveSlope = (z: number): number => 2 * density(z);
/** Slope by the argument in curve widths. */
const estimators: readonly [string, Estimator, (z: number) => number][] = [
  ['expectation', { kind: 'expectation' }, curveSlope],
  ['a curve widened twice', { kind: 'scaled-expectation', widen: 2 }, (z) => curveSlope(z / 2) / 2],
  [
    'straight-through',
    { kind: 'straight-through', gateWidths: 1 },
    (z) => (Math.abs(z) <= 1 ? 1 : 0),
  ],
  ['identity', { kind: 'identity' }, () => curveSlope(0)],
];

describe('gradients against the expected loss, all outcomes listed', () => {
  it('the expectation estimator is unbiased where the loss is linear in the bits', () => {
    const found = sampled('linear', { kind: 'expectation' });
    agree(found, numericGradient('linear', found.widths));
  });

  it.each(estimators)(
    '%s: its mean is its slope times the mean derivative of the loss',
    (_, estimator, slope) => {
      const found = sampled('cross-entropy', estimator);
      agree(found, expectedEstimate('cross-entropy', slope, found.widths));
    },
  );

  it('under cross-entropy the expectation estimator is biased by the curvature alone, a third here', () => {
    const { widths } = sampled('cross-entropy', { kind: 'expectation' });
    const truth = numericGradient('cross-entropy', widths);
    const estimate = expectedEstimate('cross-entropy', curveSlope, widths);
    const norm = Math.hypot(...truth);
    const bias = Math.hypot(...truth.map((g, i) => estimate[i] - g)) / norm;
    expect(bias).toBeGreaterThan(0.1);
    expect(bias).toBeLessThan(0.5);
  });
});
