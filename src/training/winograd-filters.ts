import type { Slot, Workspace } from './workspace.js';

/**
 * Filters of fast convolution, F(4 x 4, 3 x 3) (Lavin and Gray, Proc. CVPR 2016, section 4.3): a kernel g of
 * 3 x 3 becomes the 6 x 6 points of G g G^T.
 */
export const POINTS = 36;

/** The points 0, +-a, +-b and infinity of winograd-tiles.as.ts; row p of G is (1, p, p^2) over its scale. */
const A1 = Math.SQRT1_2;
const B1 = Math.SQRT2;
const A2 = 0.5;
const B2 = 2;
const A_SCALE = 2 * A2 * (A2 - B2);
const B_SCALE = 2 * B2 * (B2 - A2);

/** Two pairs of points, +-a and +-b, and the scales of their rows of G. */
export interface PointPairs {
  readonly a: number;
  readonly b: number;
  readonly aScale: number;
  readonly bScale: number;
}

const ROOTS: PointPairs = { a: A1, b: B1, aScale: A_SCALE, bScale: B_SCALE };

export interface FilterExtent {
  readonly outputs: number;
  readonly channels: number;
}

/**
 * Transforms `weights` (outputs x channels x 3 x 3), packed in quads of one side for the products: of 'outputs',
 * [36][outputs / 4][channels][4], for the forward pass; of 'channels', [36][channels / 4][outputs][4], for the
 * gradient of the input.
 */
export function transformFilters(
  weights: Float32Array,
  { outputs, channels }: FilterExtent,
  quads: 'outputs' | 'channels',
  target: Float32Array,
): void {
  const size = outputs * channels;
  const half = new Float64Array(18);
  for (let output = 0; output < outputs; output += 1)
    for (let channel = 0; channel < channels; channel += 1) {
      const from = (output * channels + channel) * 9;
      for (let j = 0; j < 3; j += 1)
        storePoints(half, j, 3, weights[from + j], weights[from + 3 + j], weights[from + 6 + j]);
      const at =
        quads === 'outputs'
          ? ((output >> 2) * channels + channel) * 4 + (output & 3)
          : ((channel >> 2) * outputs + output) * 4 + (channel & 3);
      for (let i = 0; i < 18; i += 3)
        storePoints(target, at + 2 * i * size, size, half[i], half[i + 1], half[i + 2]);
    }
}

/** target[at + i * stride] = row i of G times (a, b, c). */
function storePoints(
  target: Float32Array | Float64Array,
  at: number,
  stride: number,
  a: number,
  b: number,
  c: number,
): void {
  const inner = (a + c * A2) / A_SCALE;
  const outer = (a + c * B2) / B_SCALE;
  target[at] = a;
  target[at + stride] = inner + b * (A1 / A_SCALE);
  target[at + 2 * stride] = inner - b * (A1 / A_SCALE);
  target[at + 3 * stride] = outer + b * (B1 / B_SCALE);
  target[at + 4 * stride] = outer - b * (B1 / B_SCALE);
  target[at + 5 * stride] = c;
}

/** The part of a layer's weights that some channels' points are gradients of. */
export interface WeightPart {
  /** Weights of an output. */
  readonly rows: number;
  /** Row of the first channel's first weight; rows from `from` to before `to` are meant. */
  readonly first: number;
  readonly from: number;
  readonly to: number;
  readonly factor: number;
}

/** Scratch of a weight gradient: the points' [36][channels][outputs], and what is made of them. */
export interface FilterGradient extends FilterExtent {
  readonly points: Slot;
  readonly kernels: Slot;
}

/** `purpose` tells apart what is summed at the same time. */
export const filterGradient = (
  workspace: Workspace,
  purpose: string,
  { outputs, channels }: FilterExtent,
): FilterGradient => ({
  outputs,
  channels,
  points: workspace.scratch(`transformed weight gradient ${purpose}`, POINTS * channels * outputs),
  kernels: workspace.scratch('kernel gradient', 9 * channels * outputs + HALF_TRANSFORMED),
});

/** Three times six vectors behind the kernels, and three times three. */
const HALF_TRANSFORMED = 108;

/** Adds G^T u G, u being the points, to `gradient` (outputs x channels x 3 x 3), or to a part of it. */
export function addFilterGradient(
  workspace: Workspace,
  { outputs, channels, points, kernels }: FilterGradient,
  gradient: Float32Array,
  part: WeightPart = { rows: channels * 9, first: 0, from: 0, to: channels * 9, factor: 1 },
  { a, b, aScale, bScale } = ROOTS,
): void {
  const { rows, first, from, to, factor } = part;
  workspace.kernels.winogradProducts.filterGradient(
    points.offset,
    channels,
    outputs,
    kernels.offset,
    a,
    b,
    aScale,
    bScale,
    kernels.offset + 36 * channels * outputs,
  );
  const flat = workspace.f32(kernels);
  for (let output = 0; output < outputs; output += 1) {
    const [own, other] = [output * rows, output * channels * 9 - first];
    for (let row = from; row < to; row += 1) gradient[own + row] += factor * flat[other + row];
  }
}
