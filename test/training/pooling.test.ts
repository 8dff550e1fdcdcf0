import { describe, expect, it } from 'vitest';
import type { PoolWindow } from '../../src/network/index.js';
import { compileProgram } from '../../src/training/compile.js';
import { declareParameters } from '../../src/training/initialise.js';
import { elementOf, type Value } from '../../src/training/tape.js';
import { networkBuilder } from './network-builder.js';
import { noise, placePlanes } from './support.js';

const [CHANNELS, SIDE] = [3, 7];

const windows: readonly (readonly [string, PoolWindow])[] = [
  ['2 x 2', { kernel: [2, 2], stride: [2, 2], padding: [0, 0] }],
  ['overlapping, padded', { kernel: [3, 3], stride: [2, 2], padding: [1, 1] }],
  ['oblong', { kernel: [1, 4], stride: [2, 1], padding: [0, 2] }],
];

describe.each([5, 16])('max pooling of %i images', (images) => {
  it.each(windows)('takes the first of the largest, and gives it the gradient: %s', (_, window) => {
    const build = networkBuilder();
    build.node({ name: 'max', op: 'maxPool', inputs: ['input'], attributes: window, weights: {} });
    const { graph, shapes } = build.finish({
      name: 'max',
      inputShape: [CHANNELS, SIDE, SIDE],
      output: 'max',
    });
    const table = declareParameters(graph, shapes);
    const program = compileProgram(graph, table, { images });
    const { workspace, input, logits } = program;
    // Few different values, so that many are alike.
    const x = noise(CHANNELS * images * SIDE * SIDE, 1).map((value) => Math.round(3 * value));
    const dy = noise(CHANNELS * images * logits.height * logits.width, 2);
    const pass = {
      parameters: new Float32Array(table.length),
      gradient: new Float32Array(table.length),
      training: true,
      seed: 1,
      imageIndices: new Uint32Array(images),
    };
    const at = (value: Value, c: number, n: number, pixel: number): number =>
      c * value.stride + elementOf(value, n, pixel);
    placePlanes(workspace, input, input.data, x);
    program.forward(pass);
    placePlanes(workspace, logits, logits.gradient, dy);
    const wanted = workspace.f32(logits.gradient).slice();
    program.backward(pass);
    const y = workspace.f32(logits.data);
    const dx = workspace.f32(input.gradient);
    const given = workspace.f32(input.data);
    const expected = new Float64Array(dx.length);
    for (let c = 0; c < CHANNELS; c += 1)
      for (let n = 0; n < images; n += 1)
        for (let i = 0; i < logits.height; i += 1)
          for (let j = 0; j < logits.width; j += 1) {
            let best = -1;
            for (let u = 0; u < window.kernel[0]; u += 1)
              for (let v = 0; v < window.kernel[1]; v += 1) {
                const row = i * window.stride[0] - window.padding[0] + u;
                const column = j * window.stride[1] - window.padding[1] + v;
                if (row < 0 || row >= SIDE || column < 0 || column >= SIDE) continue;
                const place = at(input, c, n, row * SIDE + column);
                if (best < 0 || given[place] > given[best]) best = place;
              }
            const own = at(logits, c, n, i * logits.width + j);
            expect(y[own]).toBe(given[best]);
            expected[best] += wanted[own];
          }
    for (const [i, value] of expected.entries()) expect(dx[i]).toBeCloseTo(value, 5);
  });
});
