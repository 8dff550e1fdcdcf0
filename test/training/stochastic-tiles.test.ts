import { describe, expect, it } from 'vitest';
import { defaultMapping, type LayerMapping, type Mapping } from '../../src/network/index.js';
import { compileProgram, type StochasticTraining } from '../../src/training/compile.js';
import { declareParameters, initialParameters } from '../../src/training/initialise.js';
import { startSteps } from '../../src/training/learned-steps.js';
import { networkBuilder } from './network-builder.js';
import { noise, placePlanes, probitCurve } from './support.js';

const IMAGES = 16;

/** A float convolution and a mapped one behind it, run forward and backward on noise. */
function gradientOf(
  overrides: Partial<LayerMapping>,
  options: Partial<StochasticTraining>,
): { y: Float32Array; gradient: Float32Array; tensors: ReadonlyMap<string, Float32Array> } {
  const build = networkBuilder();
  build.conv('first', 'input', [16, 3, 3, 3], { padding: 1 });
  build.conv('layer', 'first', [24, 16, 3, 3], { padding: 1 });
  const { graph, shapes } = build.finish({ name: 'two', inputShape: [3, 8, 12], output: 'layer' });
  const mapping: Mapping = {
    ...defaultMapping,
    weightScale: options.standardise ? 1.4 : 0.2,
    inputScale: 1.3,
    policy: { first: 'float', last: 'mapped' },
    ...overrides,
  };
  const stochastic: StochasticTraining = {
    mapping,
    converter: { kind: 'mtj', curve: probitCurve, samples: 3 },
    estimator: { kind: 'expectation' },
    gainWidths: 1.5,
    ...options,
  };
  const table = declareParameters(graph, shapes, mapping, stochastic);
  const program = compileProgram(graph, table, { images: IMAGES, stochastic });
  const parameters = initialParameters(graph, table, 3, mapping);
  startSteps(graph, stochastic, table, parameters);
  const { workspace, input, logits } = program;
  workspace.f32(input.data).set(noise(workspace.f32(input.data).length, 6));
  const gradient = new Float32Array(table.length);
  const imageIndices = Uint32Array.from({ length: IMAGES }, (_, n) => 3 * n);
  const pass = { parameters, gradient, training: true, seed: 5, imageIndices };
  program.forward(pass);
  const y = workspace.f32(logits.data).slice();
  const pixels = IMAGES * 96;
  const dy = noise(24 * pixels, 8);
  placePlanes(workspace, logits, logits.gradient, dy);
  program.backward(pass);
  const tensors = table.entries
    .filter(({ kind }) => kind !== 'statistic')
    .map(({ name, offset, length }) => [name, gradient.subarray(offset, offset + length)] as const);
  return { y, gradient, tensors: new Map(tensors) };
}

describe('the backward pass through transformed tiles is that through columns', () => {
  // Cells that may differ are packed in parts of a digit, and go through columns; without a chip none does.
  const throughColumns = { physics: { interval: 1, conductanceSpread: 0.1 } };

  it.each<[string, Partial<LayerMapping>, Partial<StochasticTraining>]>([
    ['arrays that begin within a channel', { rowsPerArray: 20 }, {}],
    ['full arrays and a rest', { rowsPerArray: 128, bitsPerSlice: 4, bitsPerStream: 4 }, {}],
    [
      'bias rows, learned steps, standardised',
      { rowsPerArray: 128, chunkRule: 'equal', bitsPerSlice: 4, bitsPerStream: 4 },
      { learnBias: true, learnOffsets: true, learnSteps: true, standardise: true },
    ],
    ['unipolar', { rowsPerArray: 50, encoding: 'unipolar' }, { learnSteps: true }],
    ['one array', { rowsPerArray: 256, bitsPerSlice: 2 }, {}],
  ])('%s', (_, overrides, options) => {
    const tiles = gradientOf(overrides, options);
    const columns = gradientOf(overrides, { ...options, ...throughColumns });
    expect(tiles.y).toEqual(columns.y);
    for (const [name, expected] of columns.tensors) {
      const found = tiles.tensors.get(name) ?? new Float32Array(0);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest, name).toBeGreaterThan(0);
      const worst = expected.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - found[i])),
        0,
      );
      // Points are rounded to 14 bits of the largest that they can be, which making weights of them amplifies.
      expect(worst / largest, name).toBeLessThan(3e-3);
    }
    expect(tiles.gradient).not.toEqual(columns.gradient);
  });
});
