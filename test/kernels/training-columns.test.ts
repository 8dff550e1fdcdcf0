import { describe, expect, it } from 'vitest';
import { WEIGHT_GRADIENT_PANEL_BYTES } from '../../src/kernels/training.js';
import {
  columnsForwardReference,
  columnsInputGradientReference,
  columnsWeightGradientReference,
} from '../../src/kernels/training.reference.js';
import { createWorkspace, type Workspace } from '../../src/training/workspace.js';
import { uniformFromWord } from '../../src/numerics/stream.js';
import { philox4x32 } from '../../src/numerics/philox.js';

function noise(length: number, seed: number): Float32Array {
  const words = new Uint32Array(4);
  return Float32Array.from({ length }, (_, index) => {
    philox4x32({ key0: seed, key1: 1 }, index, 0, 0, 0, words);
    return 2 * uniformFromWord(words[0]) - 1;
  });
}

const put = (workspace: Workspace, values: Float32Array) => {
  const slot = workspace.reserve(values.length);
  workspace.f32(slot).set(values);
  return slot;
};

function packed(weights: Float32Array, outer: number, inner: number): Float32Array {
  return Float32Array.from({ length: outer * inner }, (_, index) => {
    const lane = index % 4;
    const position = Math.floor(index / 4);
    return weights[(Math.floor(position / inner) * 4 + lane) * inner + (position % inner)];
  });
}

/** A 3 x 3 convolution of 4 images: stride 1 takes the vector path, stride 2 the scalar one. */
function convolution(stride: number) {
  const images = 4;
  const channels = 4;
  const size = 8;
  const side = size + 2;
  const out = size / stride;
  const rowOffsets: number[] = [];
  for (let c = 0; c < channels; c += 1)
    for (let k = 0; k < 9; k += 1)
      rowOffsets.push(c * images * side * side + Math.floor(k / 3) * side + (k % 3));
  const pixelOffsets: number[] = [];
  for (let n = 0; n < images; n += 1)
    for (let r = 0; r < out; r += 1)
      for (let q = 0; q < out; q += 1)
        pixelOffsets.push(n * side * side + r * stride * side + q * stride);
  return { rowOffsets, pixelOffsets, length: channels * images * side * side };
}

function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < expected.length; i += 1)
    worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
  return worst;
}

describe.each([
  ['stride 1', convolution(1)],
  ['stride 2', convolution(2)],
  [
    'linear, two blocks of pixels',
    {
      rowOffsets: Array.from({ length: 20 }, (_, k) => k * 1040),
      pixelOffsets: Array.from({ length: 1040 }, (_, p) => p),
      length: 20 * 1040,
    },
  ],
])('column kernels against their double-precision twins: %s', (_, tables) => {
  const outputs = 16;
  const rows = tables.rowOffsets.length;
  const pixels = tables.pixelOffsets.length;
  const workspace = createWorkspace();
  const x = noise(tables.length, 1);
  const weights = noise(outputs * rows, 2);
  const dy = noise(outputs * pixels, 3);
  const transposed = Float32Array.from(
    { length: outputs * rows },
    (__, index) => weights[(index % outputs) * rows + Math.floor(index / outputs)],
  );
  const rowTable = workspace.table(tables.rowOffsets.map((offset) => offset * 4)).offset;
  const pixelTable = workspace.table(tables.pixelOffsets.map((offset) => offset * 4)).offset;
  const xSlot = put(workspace, x).offset;
  const forwardWeights = put(workspace, packed(weights, outputs, rows)).offset;
  const backwardWeights = put(workspace, packed(transposed, rows, outputs)).offset;
  const dySlot = put(workspace, dy).offset;
  const y = workspace.reserve(outputs * pixels);
  const dx = workspace.reserve(x.length);
  const gradient = workspace.reserve(rows * outputs);
  const panel = workspace.reserve(
    Math.max(rows * 8, outputs * 8, WEIGHT_GRADIENT_PANEL_BYTES / 4),
  ).offset;
  const { columns } = workspace.kernels;

  it('forward', () => {
    columns.columnsForward(
      xSlot,
      rowTable,
      rows,
      pixelTable,
      pixels,
      forwardWeights,
      outputs,
      y.offset,
      pixels * 4,
      panel,
    );
    const expected = columnsForwardReference(x, tables, weights, outputs);
    expect(largestError(workspace.f32(y), expected)).toBeLessThan(5e-6);
  });

  it('input gradient', () => {
    columns.columnsInputGradient(
      dx.offset,
      rowTable,
      rows,
      pixelTable,
      pixels,
      backwardWeights,
      outputs,
      dySlot,
      pixels * 4,
      panel,
    );
    const expected = columnsInputGradientReference(x.length, tables, weights, outputs, dy);
    expect(largestError(workspace.f32(dx), expected)).toBeLessThan(2e-5);
  });

  it('weight gradient', () => {
    columns.columnsWeightGradient(
      xSlot,
      rowTable,
      rows,
      pixelTable,
      pixels,
      dySlot,
      pixels * 4,
      outputs,
      gradient.offset,
      panel,
    );
    const expected = columnsWeightGradientReference(x, tables, outputs, dy);
    const actual = workspace.f32(gradient);
    const natural = Float64Array.from(
      { length: outputs * rows },
      (__, index) => actual[(index % rows) * outputs + Math.floor(index / rows)],
    );
    expect(largestError(natural, expected)).toBeLessThan(5e-5);
  });
});
