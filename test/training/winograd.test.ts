import { describe, expect, it } from 'vitest';
import {
  columnsForwardReference,
  columnsInputGradientReference,
  columnsWeightGradientReference,
} from '../../src/kernels/training.reference.js';
import { matrixNodes } from '../../src/network/index.js';
import { winogradOperation } from '../../src/training/operations/winograd.js';
import { parameterTable } from '../../src/training/parameters.js';
import { reserveValue } from '../../src/training/tape.js';
import { fitsTiles } from '../../src/training/tile-blocks.js';
import { createWorkspace } from '../../src/training/workspace.js';
import { networkBuilder } from './network-builder.js';
import { noise, placePlanes, planesOf } from './support.js';

interface Extent {
  readonly images: number;
  readonly channels: number;
  readonly outputs: number;
  readonly height: number;
  readonly width: number;
}

/** The convolution with `weights` and a bias, run on noise: planes as [channel][image][row][column]. */
function run(
  { images, channels, outputs, height, width }: Extent,
  x: Float32Array,
  dy: Float32Array,
  parameters: Float32Array,
) {
  const workspace = createWorkspace();
  const input = reserveValue(workspace, images, [channels, height, width]);
  const output = reserveValue(workspace, images, [outputs, height, width]);
  const { entries, length } = parameterTable([
    { name: 'weight', kind: 'weight', shape: [outputs, channels, 3, 3] },
    { name: 'bias', kind: 'weight', shape: [outputs] },
  ]);
  const [weight, bias] = entries;
  const operation = winogradOperation(workspace, {
    name: 'conv',
    input,
    output,
    weight,
    bias,
    images,
  });
  const size = images * height * width;
  placePlanes(workspace, input, input.data, x);
  placePlanes(workspace, output, output.gradient, dy);
  const gradient = new Float32Array(length);
  const pass = {
    parameters,
    gradient,
    training: true,
    seed: 1,
    imageIndices: new Uint32Array(images),
  };
  operation.forward(pass);
  operation.backward(pass);
  return {
    y: planesOf(workspace, output, output.data, outputs * size),
    dx: planesOf(workspace, input, input.gradient, channels * size),
    dw: gradient.subarray(0, weight.length),
    db: gradient.subarray(bias.offset, bias.offset + outputs),
  };
}

/** Offsets of the same convolution in zero-padded planes, for the plain twins. */
function columnTables({ images, channels, height, width }: Extent) {
  const plane = (height + 2) * (width + 2);
  const rowOffsets = Array.from({ length: channels * 9 }, (_, k) => {
    const [c, i] = [Math.floor(k / 9), k % 9];
    return c * images * plane + Math.floor(i / 3) * (width + 2) + (i % 3);
  });
  const pixelOffsets = Array.from({ length: images * height * width }, (_, p) => {
    const [n, i] = [Math.floor(p / (height * width)), p % (height * width)];
    return n * plane + Math.floor(i / width) * (width + 2) + (i % width);
  });
  return { rowOffsets, pixelOffsets };
}

/** Index in the padded planes of every element of the bare ones. */
const interior = ({ images, channels, height, width }: Extent): number[] =>
  Array.from({ length: channels * images * height * width }, (_, i) => {
    const [plane, at] = [Math.floor(i / (height * width)), i % (height * width)];
    return (plane * (height + 2) + Math.floor(at / width) + 1) * (width + 2) + (at % width) + 1;
  });

function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i += 1) {
    worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return worst / largest;
}

describe.each<Extent>([
  { images: 8, channels: 8, outputs: 8, height: 4, width: 4 },
  { images: 24, channels: 8, outputs: 16, height: 8, width: 8 },
  { images: 16, channels: 24, outputs: 8, height: 12, width: 4 },
  { images: 8, channels: 16, outputs: 16, height: 32, width: 32 },
  { images: 16, channels: 64, outputs: 64, height: 8, width: 8 },
  { images: 8, channels: 8, outputs: 8, height: 8, width: 40 },
])('fast convolution against its double-precision twin: %o', (extent) => {
  const { images, channels, outputs, height, width } = extent;
  const pixels = images * height * width;
  const x = noise(channels * pixels, 1);
  const dy = noise(outputs * pixels, 2);
  const weights = noise(outputs * channels * 9, 3);
  const biases = noise(outputs, 4);
  const tables = columnTables(extent);
  const inside = interior(extent);
  const padded = new Float64Array(channels * images * (height + 2) * (width + 2));
  for (const [i, at] of inside.entries()) padded[at] = x[i];
  const ours = run(extent, x, dy, Float32Array.of(...weights, ...biases));

  it('forward', () => {
    const expected = columnsForwardReference(padded, tables, weights, outputs).map(
      (sum, i) => sum + biases[Math.floor(i / pixels)],
    );
    expect(relativeError(ours.y, expected)).toBeLessThan(2e-6);
  });

  it('gradient of the input', () => {
    const expected = columnsInputGradientReference(padded.length, tables, weights, outputs, dy);
    expect(
      relativeError(
        ours.dx,
        inside.map((at) => expected[at]),
      ),
    ).toBeLessThan(2e-6);
  });

  it('gradients of weights and biases', () => {
    expect(
      relativeError(ours.dw, columnsWeightGradientReference(padded, tables, outputs, dy)),
    ).toBeLessThan(4e-6);
    const sums = Array.from({ length: outputs }, (_, m) =>
      dy.subarray(m * pixels, (m + 1) * pixels).reduce((sum, value) => sum + value, 0),
    );
    expect(relativeError(ours.db, sums)).toBeLessThan(4e-6);
  });

  it('gives an image the same bits whatever stands beside it', () => {
    const plane = height * width;
    const isFirst = (_: number, i: number): boolean => i % pixels < plane;
    const alone = run(
      extent,
      x.map((value, i) => (isFirst(value, i) ? value : 0)),
      dy.map((value, i) => (isFirst(value, i) ? value : 0)),
      Float32Array.of(...weights, ...biases),
    );
    expect(alone.y.filter(isFirst)).toEqual(ours.y.filter(isFirst));
    expect(alone.dx.filter(isFirst)).toEqual(ours.dx.filter(isFirst));
  });
});

describe('layers that are convolved the fast way', () => {
  const convolution = (
    shape: readonly [number, number, number, number],
    options: { stride?: number; padding?: number },
    size: number,
    images: number,
  ): boolean => {
    const build = networkBuilder();
    build.conv('conv', 'input', shape, options);
    const { graph } = build.finish({
      name: 'one',
      inputShape: [shape[1], size, size],
      output: 'conv',
    });
    const input = reserveValue(createWorkspace(), images, [shape[1], size, size]);
    return fitsTiles(matrixNodes(graph)[0], shape, input);
  };

  it.each([
    ['3 x 3, stride and padding 1', [8, 16, 3, 3], { padding: 1 }, 8, 8, true],
    ['no groups of eight images', [8, 16, 3, 3], { padding: 1 }, 8, 12, false],
    ['stride 2', [8, 16, 3, 3], { padding: 1, stride: 2 }, 8, 8, false],
    ['no padding', [8, 16, 3, 3], {}, 8, 8, false],
    ['5 x 5', [8, 16, 5, 5], { padding: 1 }, 8, 8, false],
    ['three channels', [8, 3, 3, 3], { padding: 1 }, 8, 8, false],
    ['ten outputs', [10, 16, 3, 3], { padding: 1 }, 8, 8, false],
    ['planes of 7 x 7', [8, 16, 3, 3], { padding: 1 }, 7, 8, false],
  ] as const)('%s', (_, shape, options, size, images, expected) => {
    expect(convolution(shape, options, size, images)).toBe(expected);
  });
});
