import { describe, expect, it } from 'vitest';
import { defaultMapping, layerMapping, type Mapping } from '../../src/network/index.js';
import { compileProgram } from '../../src/training/compile.js';
import { deployedWeights, realisedMapping } from '../../src/training/export.js';
import { declareParameters, initialParameters } from '../../src/training/initialise.js';
import {
  boundSteps,
  inputScaleName,
  scaleGradientFactor,
  startSteps,
  weightScaleName,
} from '../../src/training/learned-steps.js';
import { entryOf } from '../../src/training/parameters.js';
import { standardiseWeights } from '../../src/training/standardise.js';
import { networkBuilder } from './network-builder.js';
import { noise, probitCurve } from './support.js';

const OUTPUTS = 7;
const COUNT = 4 * 36;
const BITS = 7;
const TOP = 2 ** BITS - 1;

/** A float convolution before a mapped one, far inside the curve's linear range, seven bits. */
function network(
  encoding: 'unipolar' | 'bipolar',
  options: { readonly standardise?: boolean; readonly learnSteps?: boolean },
) {
  const build = networkBuilder();
  build.conv('first', 'input', [4, 3, 3, 3], { padding: 1 });
  build.conv('layer', 'first', [OUTPUTS, 4, 3, 3], { padding: 1 });
  const { graph, shapes } = build.finish({ name: 'two', inputShape: [3, 6, 6], output: 'layer' });
  const mapping: Mapping = {
    ...defaultMapping,
    encoding,
    weightBits: BITS,
    bitsPerSlice: BITS,
    activationBits: BITS,
    bitsPerStream: BITS,
    weightScale: options.standardise ? 1.1 : 0.25,
    inputScale: 1.3,
    rowsPerArray: 16,
    policy: { first: 'float', last: 'mapped' },
  };
  const stochastic = {
    mapping,
    converter: { kind: 'expectation', curve: probitCurve } as const,
    estimator: { kind: 'expectation' } as const,
    gainWidths: 0.05,
    ...options,
  };
  const table = declareParameters(graph, shapes, mapping, options);
  const program = compileProgram(graph, table, { images: 4, stochastic });
  const parameters = initialParameters(graph, table, 3, mapping);
  startSteps(graph, stochastic, table, parameters);
  const { workspace, input, logits } = program;
  workspace.f32(input.data).set(noise(workspace.f32(input.data).length, 6));
  /** Fixed by the first look at the outputs, and along them: a derivative far above the rounding of codes. */
  let dy: Float32Array | undefined;
  const pass = (gradient: Float32Array) => ({
    parameters,
    gradient,
    training: false,
    seed: 1,
    imageIndices: new Uint32Array(4),
  });
  return {
    graph,
    table,
    stochastic,
    parameters,
    objective: (): number => {
      program.forward(pass(new Float32Array(table.length)));
      const slots = workspace.f32(logits.data);
      const y = Float32Array.from(
        { length: OUTPUTS * COUNT },
        (_, i) => slots[Math.floor(i / COUNT) * logits.stride + (i % COUNT)],
      );
      dy ??= y;
      return y.reduce((sum, value, i) => sum + value * (dy?.[i] ?? 0), 0);
    },
    /** Of `objective`, which must have run. */
    gradient: (): Float32Array => {
      const slots = workspace.f32(logits.gradient);
      for (const [i, g] of (dy ?? new Float32Array(0)).entries())
        slots[Math.floor(i / COUNT) * logits.stride + (i % COUNT)] = g;
      const gradient = new Float32Array(table.length);
      program.backward(pass(gradient));
      return gradient;
    },
  };
}

describe('learned steps', () => {
  it.each([
    ['weights', 'unipolar', weightScaleName('layer'), scaleGradientFactor(OUTPUTS * 36, TOP / 2)],
    ['unipolar inputs', 'unipolar', inputScaleName('layer'), scaleGradientFactor(4 * 36, TOP)],
    ['bipolar inputs', 'bipolar', inputScaleName('layer'), scaleGradientFactor(4 * 36, TOP / 2)],
  ] as const)(
    'of %s follow the numeric derivative where a third is clipped',
    (_, encoding, name, factor) => {
      const { parameters, table, objective, gradient } = network(encoding, { learnSteps: true });
      objective();
      const { offset } = entryOf(table, name);
      const analytic = gradient()[offset] / factor;
      // The layer gives codes: times the scale, they are the quantised values that the gradient is of.
      const scale = parameters[offset];
      const scaled = (share: number): number => {
        parameters[offset] = share * scale;
        const value = objective() * share;
        parameters[offset] = scale;
        return value;
      };
      const numeric = (scaled(1.05) - scaled(0.95)) / (0.1 * scale);
      expect(Math.abs(numeric)).toBeGreaterThan(1e-3);
      expect(Math.abs(analytic / numeric - 1)).toBeLessThan(0.05);
    },
  );

  it('with standardised weights, latent gradients follow the numeric derivative', () => {
    const { parameters, table, objective, gradient } = network('unipolar', { standardise: true });
    objective();
    const { offset, length } = entryOf(table, 'layer.weight');
    const own = gradient().subarray(offset, offset + length);
    const latent = parameters.slice(offset, offset + length);
    // Only along what the quantiser passes: the clipped ones have no influence, and no gradient.
    const direction = own.map((g) => g / Math.hypot(...own));
    const analytic = direction.reduce((sum, d, i) => sum + d * own[i], 0);
    const moved = (by: number): number => {
      for (let i = 0; i < length; i += 1) parameters[offset + i] = latent[i] + by * direction[i];
      return objective();
    };
    const numeric = (moved(0.2) - moved(-0.2)) / 0.4;
    expect(Math.abs(numeric)).toBeGreaterThan(1e-2);
    expect(Math.abs(analytic / numeric - 1)).toBeLessThan(0.08);
  });

  it('stand in the exported mapping, and the weights on the levels of theirs', () => {
    const { graph, table, stochastic, parameters } = network('unipolar', {
      learnSteps: true,
      standardise: true,
    });
    parameters[entryOf(table, weightScaleName('layer')).offset] = 0.9;
    parameters[entryOf(table, inputScaleName('layer')).offset] = 0.7;
    const own = layerMapping(realisedMapping(graph, table, parameters, stochastic), 'layer');
    expect(own.weightScale).toBeCloseTo(0.9, 6);
    expect(own.inputScale).toBeCloseTo(0.7, 6);
    const held = deployedWeights(graph, table, parameters, stochastic).get('layer.weight');
    const { offset, length } = entryOf(table, 'layer.weight');
    const { weights } = standardiseWeights(parameters.slice(offset, offset + length), OUTPUTS);
    for (const [i, value] of (held?.data ?? []).entries()) {
      expect(Math.abs((value * TOP) / 0.9) % 2).toBeCloseTo(1, 3);
      const clipped = Math.max(-0.9, Math.min(0.9, weights[i]));
      expect(Math.abs(value - clipped)).toBeLessThan(0.9 / TOP + 1e-6);
    }
  });

  it('stay positive', () => {
    const { graph, table, stochastic, parameters } = network('unipolar', { learnSteps: true });
    const { offset } = entryOf(table, inputScaleName('layer'));
    parameters[offset] = -3;
    boundSteps(graph, stochastic, table, parameters);
    expect(parameters[offset]).toBeGreaterThan(0);
  });
});
