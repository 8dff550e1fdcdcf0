import { describe, expect, it } from 'vitest';
import {
  builtInNetwork,
  compileNetwork,
  defaultMapping,
  measureLayers,
  profilePartialSums,
  sumsInRange,
  type Converter,
  type Tensor,
} from '../../src/network/index.js';
import { philox4x32 } from '../../src/numerics/philox.js';
import { testCurve } from './curve-fixture.js';

const { graph, shapes } = builtInNetwork('lenet');
/** Uniform in -1 to 1. */
function noise(salt: number, i: number): number {
  const words = new Uint32Array(4);
  philox4x32({ key0: salt, key1: 7 }, i, 0, 0, 0, words);
  return words[0] / 2 ** 31 - 1;
}
const weights = new Map(
  [...shapes].map(([key, shape], salt): [string, Tensor] => {
    const length = shape.reduce((product, extent) => product * extent, 1);
    const value = (i: number): number =>
      key.endsWith('running_var') ? 1 : noise(salt + 1, i) * (key.includes('bias') ? 0.1 : 0.5);
    return [key, { shape, data: Float32Array.from({ length }, (_, i) => value(i)) }];
  }),
);
const size = graph.inputShape.reduce((product, extent) => product * extent, 1);
const inputs = Array.from({ length: 3 }, (_, n) =>
  Float32Array.from({ length: size }, (_unused, i) => (1 + noise(100 + n, i)) / 2),
);
const mapping = {
  ...defaultMapping,
  bitsPerSlice: 4,
  bitsPerStream: 4,
  policy: { first: 'mapped', last: 'float' } as const,
};
const common = { graph, weights, mapping, inputs, seed: 5 };
const tanh = (
  samples: Extract<Converter, { kind: 'tanh' }>['samples'],
  slope = 1e-3,
): Converter => ({
  kind: 'tanh',
  slope,
  samples,
  zero: 'draw',
});

describe('measureLayers', () => {
  it('finds exact conversion in full agreement, without noise and without a fit', () => {
    const { layers, exact, best } = measureLayers({ ...common, converter: { kind: 'ideal' } });
    expect(layers.length).toBeGreaterThan(1);
    for (const { agreement, sameSide, signalToNoise } of layers) {
      expect(agreement).toBeCloseTo(1, 9);
      expect(sameSide).toBe(1);
      expect(signalToNoise).toBeUndefined();
    }
    for (const own of Object.values(exact)) expect(own).toEqual({ converter: { kind: 'ideal' } });
    expect(best).toBeUndefined();
  });

  it('sees the noise of samples fall as 1 / T', () => {
    const of = (samples: number) => measureLayers({ ...common, converter: tanh(samples) }).layers;
    const [one, sixteen] = [of(1), of(16)];
    const gained = one.map(
      ({ signalToNoise = NaN }, i) => (sixteen[i].signalToNoise ?? NaN) - signalToNoise,
    );
    // 10 log10 16; the layers behind see other inputs.
    expect(Math.abs(gained[0] - 12.04)).toBeLessThan(0.3);
    for (const own of gained) expect(own).toBeGreaterThan(0);
  });

  it('brings exact layers to the scale of the bits: where the curve is straight, they are the same', () => {
    const converter = tanh('infinite', 1e-6);
    const { exact, float, best } = measureLayers({ ...common, converter });
    expect(best).toBeUndefined();
    const first = (overrides?: typeof exact): Float32Array =>
      compileNetwork({ graph, weights, mapping, converter, overrides }).layer(
        'conv1',
        inputs[0],
        0,
      );
    const own = first();
    const largest = own.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
    const apart = (values: Float32Array): number =>
      values.reduce((top, value, i) => Math.max(top, Math.abs(value - own[i])), 0) / largest;
    expect(apart(first(exact))).toBeLessThan(2e-3);
    // Four bits of weights and activations are lost in between.
    expect(apart(first(float))).toBeGreaterThan(2e-3);
    expect(apart(first(float))).toBeLessThan(0.3);
  });

  it('mends ADCs with exact sums and magnets with infinitely many samples', () => {
    const adc = measureLayers({ ...common, converter: { kind: 'adc', bits: 4, range: 'full' } });
    expect(adc.best?.kind).toBe('exact');
    const finer = measureLayers({ ...common, converter: { kind: 'adc', bits: 8, range: 'full' } });
    // Sixteen times as many levels: 24 dB.
    const gained = (finer.layers[0].signalToNoise ?? 0) - (adc.layers[0].signalToNoise ?? 0);
    expect(Math.abs(gained - 24.6)).toBeLessThan(3);
    const magnets = measureLayers({ ...common, converter: tanh(2) });
    expect(magnets.best?.kind).toBe('noiseless');
    const { overrides = {} } = magnets.best ?? {};
    const mended = compileNetwork({ graph, weights, mapping, converter: tanh(2), overrides });
    const limit = compileNetwork({ graph, weights, mapping, converter: tanh('infinite') });
    expect(mended.forward(inputs[0], 0)).toEqual(limit.forward(inputs[0], 0));
  });
});

describe('sumsInRange', () => {
  it('gives shares that add up, and what lies outside of an ADC', () => {
    const converter: Converter = { kind: 'adc', bits: 4, range: { clip: 0.002 } };
    const profiles = profilePartialSums({ ...common, converter });
    const found = sumsInRange(profiles, converter);
    for (const [i, own] of found.entries()) {
      expect(own.unit).toBe('digit');
      expect(own.histogram.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      const { histogram, limit } = profiles[i];
      const all = histogram.reduce((sum, count) => sum + count, 0);
      const inside = histogram.reduce(
        (sum, count, at) => sum + (Math.abs(at - limit) <= (own.range?.[1] ?? 0) ? count : 0),
        0,
      );
      expect(own.outside).toBeCloseTo(1 - inside / all, 12);
      expect(own.outside).toBeGreaterThan(0);
    }
  });

  it('puts currents beside the range of the curve', () => {
    const converter: Converter = { kind: 'mtj', curve: testCurve(), samples: 1 };
    const [own] = sumsInRange(profilePartialSums({ ...common, converter }), converter);
    expect(own.unit).toBe('A');
    expect(own.range?.[1]).toBeGreaterThan(own.range?.[0] ?? Infinity);
    expect(own.histogram.width).toBeCloseTo((own.occurred[1] - own.occurred[0]) / 48, 15);
  });
});
