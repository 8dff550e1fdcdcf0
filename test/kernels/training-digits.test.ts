import { describe, expect, it } from 'vitest';
import { WEIGHT_GRADIENT_PANEL_BYTES } from '../../src/kernels/training.js';
import {
  columnsForwardReference,
  columnsInputGradientReference,
  columnsWeightGradientReference,
} from '../../src/kernels/training.reference.js';
import { gradientTop, packPairs, pairField } from '../../src/training/digit-rows.js';
import { noise } from '../training/support.js';
import { createWorkspace } from '../../src/training/workspace.js';
import { philox4x32 } from '../../src/numerics/philox.js';

/** Whole numbers in [-top, top], keyed by index. */
function whole(length: number, seed: number, top: number): Int16Array {
  const words = new Uint32Array(4);
  return Int16Array.from({ length }, (_, index) => {
    philox4x32({ key0: seed, key1: 1 }, index, 0, 0, 0, words);
    return (words[0] % (2 * top + 1)) - top;
  });
}

/** A 3 x 3 convolution of 4 images: stride 1 takes the vector path, stride 2 the gathered one. */
function convolution(stride: number) {
  const [images, channels, size] = [4, 4, 8];
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

const TOP = 15;

describe.each([
  ['stride 1', convolution(1)],
  ['stride 2', convolution(2)],
  [
    'linear, three blocks of pixels',
    {
      rowOffsets: Array.from({ length: 20 }, (_, k) => k * 1040),
      pixelOffsets: Array.from({ length: 1040 }, (_, p) => p),
      length: 20 * 1040,
    },
  ],
])('integer products equal their double-precision twins: %s', (_, tables) => {
  const outputs = 16;
  const rows = tables.rowOffsets.length;
  const pixels = tables.pixelOffsets.length;
  const workspace = createWorkspace();
  const short = (values: Int16Array) => {
    const slot = workspace.reserve(Math.ceil(values.length / 2));
    workspace.i16(slot).set(values);
    return slot.offset;
  };
  const table = (offsets: readonly number[]) =>
    workspace.table(offsets.map((offset) => offset * 4)).offset;
  const x = whole(tables.length, 1, TOP);
  const weights = whole(outputs * rows, 2, TOP);
  const dy = whole(outputs * pixels, 3, gradientTop(TOP, TOP, outputs));
  const natural = { values: Int32Array.from(weights), start: 0 };
  const forwardWeights = new Int16Array(outputs * rows);
  packPairs(
    forwardWeights,
    { ...natural, outerStride: rows, innerStride: 1 },
    { outer: outputs, inner: rows, paddedInner: rows },
  );
  const backwardWeights = new Int16Array(outputs * rows);
  packPairs(
    backwardWeights,
    { ...natural, outerStride: 1, innerStride: rows },
    { outer: rows, inner: outputs, paddedInner: outputs },
  );
  const rowTable = table(tables.rowOffsets);
  const pixelTable = table(tables.pixelOffsets);
  const slots = {
    x: short(x),
    dy: short(dy),
    forward: short(forwardWeights),
    backward: short(backwardWeights),
  };
  const y = workspace.reserve(outputs * pixels);
  const dx = workspace.reserve(x.length);
  const gradient = workspace.reserve(rows * outputs);
  const panel = workspace.reserve(
    Math.max(rows * 4, outputs * 4, WEIGHT_GRADIENT_PANEL_BYTES / 4),
  ).offset;
  const { digits } = workspace.kernels;
  const plain = Array.from;

  const forward = (
    packed: number,
    count: number,
    { shift = 0, field = 0, group = count } = {},
  ): number[] => {
    const stride = pixels * 4;
    // prettier-ignore
    digits.integerForward(slots.x, rowTable, rows, pixelTable, pixels, packed, count, y.offset, stride, shift, field, group, panel);
    return plain(workspace.i32(y));
  };

  it('forward', () => {
    const expected = columnsForwardReference(x, tables, weights, outputs);
    expect(forward(slots.forward, outputs)).toEqual(plain(expected));
    expect(forward(slots.forward, outputs, { shift: 3 })).toEqual(
      plain(expected, (sum) => Math.floor((sum + 4) / 8)),
    );
  });

  it('forward of two digits in one weight', () => {
    const [u, v] = [whole(8 * rows, 5, 1), whole(8 * rows, 6, 1)];
    const both = new Int16Array(8 * rows);
    const field = pairField(TOP * rows, 1);
    packPairs(
      both,
      { values: Int32Array.from(u), start: 0, outerStride: rows, innerStride: 1 },
      { outer: 8, inner: rows, paddedInner: rows },
      { values: Int32Array.from(v), field },
    );
    // Four outputs of u, the same of v, then the other four of each.
    const [ofU, ofV] = [u, v].map((one) => columnsForwardReference(x, tables, one, 8));
    const half = 4 * pixels;
    const expected = [
      ...ofU.subarray(0, half),
      ...ofV.subarray(0, half),
      ...ofU.subarray(half),
      ...ofV.subarray(half),
    ];
    expect(forward(short(both), 8, { field, group: 4 })).toEqual(expected);
  });

  it('input gradient, times a power of two', () => {
    digits.integerInputGradient(
      dx.offset,
      rowTable,
      rows,
      pixelTable,
      pixels,
      slots.backward,
      outputs,
      slots.dy,
      pixels * 2,
      2 ** -10,
      panel,
    );
    const expected = columnsInputGradientReference(x.length, tables, weights, outputs, dy);
    const actual = workspace.f32(dx);
    // Sums of nine products beyond 24 bits are rounded to single precision one by one.
    for (const [i, value] of expected.entries())
      expect(Math.abs(actual[i] * 2 ** 10 - value)).toBeLessThan(9);
  });

  it('weight gradient', () => {
    digits.integerWeightGradient(
      slots.x,
      rowTable,
      rows,
      pixelTable,
      pixels,
      slots.dy,
      pixels * 2,
      outputs,
      gradient.offset,
      panel,
    );
    const expected = columnsWeightGradientReference(x, tables, outputs, dy);
    const actual = workspace.f32(gradient);
    for (const [i, value] of expected.entries())
      expect(
        Math.abs(actual[(i % rows) * outputs + Math.floor(i / rows)] - value),
      ).toBeLessThanOrEqual(2 ** -22 * 1040 * TOP * 32767);
  });
});

describe('rounding to 16 bits', () => {
  const workspace = createWorkspace();
  const { digits } = workspace.kernels;
  const values = [0.49, -0.51, 1.5, 2.5, -32767, 32767, 12, -3];

  const gates = Int16Array.of(1, 2, 2, 0, -1, 1, 32767, -32768, 3);
  const products = Array.from(values, (value, i) => Math.fround(value * gates[i]));
  const gate = workspace.reserve(8);
  const dy = workspace.reserve(12);
  workspace.i16(gate).set(gates);
  workspace.f32(dy).set([...values, 0.5]);

  it('rounds a gated gradient to nearest even, within 16 bits', () => {
    const to = workspace.reserve(4);
    digits.roundGated(gate.offset, dy.offset, to.offset, 8, 2);
    expect(Array.from(workspace.i16(to))).toEqual([1, -2, 6, 0, 32767, 32767, 32767, 32767]);
    digits.roundGated(gate.offset, dy.offset, to.offset, 8, 0.5);
    expect(Array.from(workspace.i16(to))).toEqual([0, -1, 2, 0, 16384, 16384, 32767, 32767]);
  });

  it('finds the largest magnitude of a gated gradient, and its sum', () => {
    expect(digits.largestGated(gate.offset, dy.offset, 4, 3)).toBe(3);
    expect(digits.largestGated(gate.offset, dy.offset, 8, 3)).toBe(12 * 32767);
    const sum = [...products, 1.5].reduce((all, product) => all + product, 0);
    expect(digits.sumGated(gate.offset, dy.offset, 9)).toBeCloseTo(sum, 9);
  });

  it('leaves room for the products', () => {
    expect(gradientTop(15, 15, 64)).toBe(32767);
    expect(gradientTop(255, 15, 64) * 255 * 512).toBeLessThan(2 ** 31);
    expect(gradientTop(15, 255, 512) * 255 * 512).toBeLessThan(2 ** 31);
  });
});

describe.each([true, false])('levels and digits of padded planes, bipolar %s', (bipolar) => {
  const workspace = createWorkspace();
  const { digits } = workspace.kernels;
  const [planes, height, width, row, plane, interior] = [2, 2, 19, 24, 120, 25];
  const top = 15;
  const x = workspace.reserve(planes * height * width);
  const levels = workspace.reserve((planes * plane) / 2);
  const taken = workspace.reserve((planes * plane) / 2);
  const values = noise(x.length, 3).map((value) => 1.4 * value);
  workspace.f32(x).set(values);
  const factor = bipolar ? 7.5 : 15;
  const shift = bipolar ? 7.5 : 0;
  const extent = [planes, height, width, row * 2, plane * 2] as const;
  digits.quantise(
    x.offset,
    levels.offset + interior * 2,
    ...extent,
    factor,
    shift,
    top,
    bipolar ? 1 : 0,
  );
  const codes = Array.from(values, (value) =>
    Math.floor(Math.max(0, Math.min(top, Math.fround(value * factor) + shift + 0.5))),
  );

  const expectPlanes = (found: Int16Array, inside: (code: number) => number): void => {
    for (let i = 0; i < planes * plane; i += 1) {
      const at = (i % plane) - interior;
      const [r, q] = [Math.floor(at / row), at % row];
      const isInside = at >= 0 && r < height && q < width;
      const code = codes[(Math.floor(i / plane) * height + r) * width + q];
      expect(found[i]).toBe(isInside ? inside(code) : 0);
    }
  };

  it('quantises into the interior', () => {
    expect(new Set(codes).size).toBeGreaterThan(10);
    expectPlanes(workspace.i16(levels), (code) => (bipolar ? 2 * code - top : code));
  });

  it.each([
    [0, 1],
    [1, 2],
    [2, 2],
    [0, 4],
  ])('takes the digit from bit %i on, of %i bits', (low, bits) => {
    const mask = 2 ** bits - 1;
    const at = interior * 2;
    digits.extractDigits(
      levels.offset + at,
      taken.offset + at,
      ...extent,
      top,
      low,
      bits,
      bipolar ? 1 : 0,
    );
    expectPlanes(workspace.i16(taken), (code) => {
      const digit = (code >> low) & mask;
      return bipolar ? 2 * digit - mask : digit;
    });
  });
});
