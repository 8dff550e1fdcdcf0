import { describe, expect, it } from 'vitest';
import {
  defaultMapping,
  layerMapping,
  sliceWeights,
  tensor,
  type Mapping,
} from '../../src/network/index.js';
import { compileProgram } from '../../src/training/compile.js';
import { deployedWeights } from '../../src/training/export.js';
import { declareParameters, initialParameters } from '../../src/training/initialise.js';
import { entryOf } from '../../src/training/parameters.js';
import { mergeFilters, sliceFilters, startFilters } from '../../src/training/slice-filters.js';
import { networkBuilder } from './network-builder.js';
import { noise, probitCurve } from './support.js';

const OUTPUTS = 5;
const SCALE = 0.4;
const IMAGES = 3;
const CASES = [
  [1, 4],
  [2, 4],
  [2, 3],
] as const;

/** A linear layer of 24 inputs on 8-row arrays, with or without latent weights for every slice. */
function layer(bitsPerSlice: number, weightBits: number, separate: boolean) {
  const build = networkBuilder();
  build.linear('layer', 'input', [OUTPUTS, 24]);
  const { graph, shapes } = build.finish({ name: 'one', inputShape: [24], output: 'layer' });
  const mapping: Mapping = {
    ...defaultMapping,
    weightBits,
    bitsPerSlice,
    weightScale: SCALE,
    rowsPerArray: 8,
    policy: { first: 'mapped', last: 'mapped' },
  };
  const stochastic = {
    mapping,
    converter: { kind: 'mtj', curve: probitCurve, samples: 2 } as const,
    estimator: { kind: 'expectation' } as const,
    gainWidths: 1,
    sliceFilters: separate,
  };
  const table = declareParameters(graph, shapes, mapping, stochastic);
  const parameters = initialParameters(graph, table, 7, mapping);
  const program = compileProgram(graph, table, { images: IMAGES, stochastic });
  const weight = entryOf(table, 'layer.weight');
  const filters = sliceFilters(table, 'layer', weight, layerMapping(mapping, 'layer')) ?? [];
  return { graph, mapping, stochastic, table, parameters, program, weight, filters };
}

/** Output and gradient of a pass with a fixed gradient at the output. */
function passOf({ program, table, parameters }: ReturnType<typeof layer>) {
  const { workspace, input, logits } = program;
  workspace.f32(input.data).set(noise(workspace.f32(input.data).length, 4));
  const gradient = new Float32Array(table.length);
  const imageIndices = Uint32Array.of(4, 5, 6);
  const pass = { parameters, gradient, training: false, seed: 11, imageIndices };
  program.forward(pass);
  const output = workspace.f32(logits.data).slice();
  workspace.f32(logits.gradient).set(noise(output.length, 9));
  program.backward(pass);
  return { output, gradient };
}

describe.each(CASES)('separately trained filters of %i-bit slices of %i bits', (slice, bits) => {
  const separate = layer(slice, bits, true);
  const merged = mergeFilters(separate.filters, separate.parameters, {
    weightBits: bits,
    weightScale: SCALE,
  });

  it('hold in every slice the level of its own latent weight', () => {
    const own = layerMapping(separate.mapping, 'layer');
    const { slices } = sliceWeights(merged, OUTPUTS, own);
    expect(slices).toHaveLength(separate.filters.length);
    for (const [s, { digits }] of slices.entries()) {
      const { entry, top } = separate.filters[s];
      for (let i = 0; i < digits.length; i += 1) {
        const share = Math.max(-1, Math.min(1, separate.parameters[entry.offset + i] / SCALE));
        // The nearest of the levels -top, -top + 2 .. top.
        expect(Math.abs(digits[i] - share * top)).toBeLessThanOrEqual(1 + 1e-6);
      }
    }
  });

  it('convert as one weight with these digits does, and pass its gradient by significance', () => {
    const single = layer(slice, bits, false);
    single.parameters.set(merged, single.weight.offset);
    const [a, b] = [passOf(separate), passOf(single)];
    expect(a.output).toEqual(b.output);
    for (const { entry, top, coefficient } of separate.filters)
      for (let i = 0; i < entry.length; i += 1) {
        const inside = Math.abs(separate.parameters[entry.offset + i]) <= SCALE;
        const share = (coefficient * top) / (2 ** bits - 1);
        expect(a.gradient[entry.offset + i]).toBeCloseTo(
          inside ? share * b.gradient[single.weight.offset + i] : 0,
          6,
        );
      }
  });

  it('are deployed as one weight on its levels', () => {
    const { graph, table, parameters, stochastic } = separate;
    const weights = deployedWeights(graph, table, parameters, stochastic);
    const found = weights.get('layer.weight')?.data ?? new Float32Array(0);
    for (let i = 0; i < merged.length; i += 1) expect(found[i]).toBeCloseTo(merged[i], 6);
    expect([...weights.keys()].filter((name) => name.includes('sliceFilter'))).toEqual([]);
  });

  it('begin as the digits of the weights that training starts from', () => {
    const { graph, table, stochastic, filters, weight } = separate;
    const given = noise(weight.length, 3).map((value) => 0.3 * value);
    const parameters = separate.parameters.slice();
    parameters.set(given, weight.offset);
    const weights = new Map([['layer.weight', tensor([OUTPUTS, 24], given)]]);
    startFilters(graph, stochastic, table, parameters, weights);
    const again = mergeFilters(filters, parameters, { weightBits: bits, weightScale: SCALE });
    const { slices, unit } = sliceWeights(given, OUTPUTS, layerMapping(separate.mapping, 'layer'));
    for (let i = 0; i < given.length; i += 1) {
      const integer = slices.reduce(
        (sum, { digits, coefficient }) => sum + coefficient * digits[i],
        0,
      );
      expect(again[i]).toBeCloseTo(unit[0] * integer, 6);
    }
  });
});

it('slice filters are refused with what acts on whole weights', () => {
  const { graph, table, stochastic } = layer(1, 4, true);
  const compile = () =>
    compileProgram(graph, table, {
      images: 1,
      stochastic: { ...stochastic, standardise: true },
    });
  expect(compile).toThrow(/slice filters/);
});
