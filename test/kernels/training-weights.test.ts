import { describe, expect, it } from 'vitest';
import { defaultMapping, type LayerMapping } from '../../src/network/index.js';
import { standardiseWeights } from '../../src/training/standardise.js';
import { sliceForTraining } from '../../src/training/weight-levels.js';
import { createWorkspace } from '../../src/training/workspace.js';
import { noise } from '../training/support.js';

const SHAPES = [
  [1, 1],
  [1, 9],
  [3, 6],
  [4, 25],
  [5, 150],
  [10, 27],
  [17, 144],
] as const;

/** Slots that hold these vectors. */
function placed(workspace: ReturnType<typeof createWorkspace>, ...vectors: Float32Array[]) {
  return vectors.map((vector) => {
    const slot = workspace.reserve(vector.length);
    workspace.f32(slot).set(vector);
    return slot;
  });
}

/** Every third row after the ones that leave other rests. */
const shuffledRows = (rows: number): Int32Array =>
  Int32Array.from({ length: rows }, (_, k) => k).sort((a, b) => (a % 3) - (b % 3) || b - a);

const gaussian = (length: number, seed: number): Float32Array =>
  noise(length, seed).map((value) => value * Math.abs(value));

function standardisedByKernel(natural: Float32Array, outputs: number) {
  const workspace = createWorkspace();
  const rows = natural.length / outputs;
  const [from] = placed(workspace, natural);
  const [to, inverses] = [workspace.reserve(natural.length), workspace.reserve(outputs)];
  workspace.kernels.weights.standardise(from.offset, outputs, rows, to.offset, inverses.offset);
  return { workspace, weights: to, inverses };
}

describe('kernels of the weights', () => {
  it.each(SHAPES)('standardise %i rows of %i as the plain rule does', (outputs, rows) => {
    const natural = gaussian(outputs * rows, rows).map((w, i) => (i < rows && rows > 6 ? 0.25 : w));
    const { workspace, weights, inverses } = standardisedByKernel(natural, outputs);
    const plain = standardiseWeights(natural, outputs);
    expect(workspace.f32(weights)).toEqual(plain.weights);
    expect(workspace.f32(inverses)).toEqual(plain.inverses);
  });

  it.each(SHAPES)('quantise %i rows of %i as the plain rule does', (outputs, rows) => {
    const workspace = createWorkspace();
    const order = shuffledRows(rows);
    const natural = gaussian(outputs * rows, rows + 1);
    natural.set([0, -0.75, 0.75, 1.5].slice(0, natural.length));
    const [from] = placed(workspace, natural);
    const [table, levels] = [workspace.table(order), workspace.reserve(natural.length)];
    for (const [weightBits, weightScale] of [
      [1, 0.5],
      [2, 0.75],
      [4, 0.3000000119],
      [8, 1.7],
    ]) {
      const mapping: LayerMapping = { ...defaultMapping, weightBits, weightScale };
      const top = 2 ** weightBits - 1;
      workspace.kernels.weights.oddLevels(
        from.offset,
        outputs,
        rows,
        table.offset,
        weightScale,
        top,
        levels.offset,
      );
      const { integers } = sliceForTraining(natural, outputs, order, mapping);
      expect(workspace.i32(levels)).toEqual(integers);
    }
  });

  it.each(SHAPES)('sum the gradient of the scale over %i rows of %i', (outputs, rows) => {
    const workspace = createWorkspace();
    const order = shuffledRows(rows);
    const [natural, gradient] = [gaussian(outputs * rows, rows), noise(outputs * rows, rows + 2)];
    const mapping: LayerMapping = { ...defaultMapping, weightBits: 4, weightScale: 0.3 };
    const { integers } = sliceForTraining(natural, outputs, order, mapping);
    let expected = 0;
    for (let m = 0; m < outputs; m += 1)
      for (let k = 0; k < rows; k += 1) {
        const i = m * rows + order[k];
        const w = natural[i];
        const level = (0.3 * integers[m * rows + k]) / 15;
        expected += gradient[i] * (w >= 0.3 ? 1 : w <= -0.3 ? -1 : (level - w) / 0.3);
      }
    const [weights, upstream] = placed(workspace, natural, gradient);
    const [table, levels] = [workspace.table(order), workspace.table(integers)];
    const found = workspace.kernels.weights.scaleGradient(
      weights.offset,
      levels.offset,
      upstream.offset,
      outputs,
      rows,
      table.offset,
      0.3,
      15,
    );
    expect(found).toBe(expected);
  });

  it.each([Infinity, 1.2])(
    'pass a gradient through the standardising that agrees with central differences, within %f',
    (limit) => {
      const [outputs, rows] = [3, 6];
      const natural = Float32Array.from(
        { length: 18 },
        (_, i) => Math.sin(1.7 * i) + 0.3 * (i % 5),
      );
      const upstream = Float32Array.from({ length: 18 }, (_, i) => Math.cos(0.9 * i));
      const { workspace, weights, inverses } = standardisedByKernel(natural, outputs);
      const inside = standardiseWeights(natural, outputs).weights.map((w) =>
        Math.abs(w) > limit ? 0 : 1,
      );
      const loss = (from: Float32Array): number =>
        standardiseWeights(from, outputs).weights.reduce(
          (sum, w, i) => sum + w * upstream[i] * inside[i],
          0,
        );
      const [gradient] = placed(workspace, upstream);
      workspace.kernels.weights.standardisedGradient(
        weights.offset,
        inverses.offset,
        outputs,
        rows,
        gradient.offset,
        limit,
      );
      const found = workspace.f32(gradient);
      for (let i = 0; i < found.length; i += 1) {
        const step = 1e-2;
        const moved = (by: number) => natural.map((w, k) => (k === i ? w + by : w));
        const numeric = (loss(moved(step)) - loss(moved(-step))) / (2 * step);
        expect(found[i]).toBeCloseTo(numeric, 3);
      }
    },
  );

  it('pass no gradient to weights that are all equal', () => {
    const { workspace, weights, inverses } = standardisedByKernel(new Float32Array(6).fill(0.4), 1);
    const [gradient] = placed(workspace, noise(6, 3));
    const { weights: kernels } = workspace.kernels;
    kernels.standardisedGradient(weights.offset, inverses.offset, 1, 6, gradient.offset, Infinity);
    expect(Array.from(workspace.f32(gradient), (value) => 0 + value)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
