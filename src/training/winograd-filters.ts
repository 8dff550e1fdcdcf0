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

export interface FilterExtent {
  readonly outputs: number;
  readonly channels: number;
}

/** Where element (output, channel) of point `xi` belongs: quads of one side, the other side within. */
type Place = (output: number, channel: number) => number;

/** [36][outputs / 4][channels][4], for the forward product. */
const byOutputs =
  ({ channels }: FilterExtent): Place =>
  (output, channel) =>
    ((output >> 2) * channels + channel) * 4 + (output & 3);

/** [36][channels / 4][outputs][4], for the gradient of the input. */
const byChannels =
  ({ outputs }: FilterExtent): Place =>
  (output, channel) =>
    ((channel >> 2) * outputs + output) * 4 + (channel & 3);

/** Transforms `weights` (outputs x channels x 3 x 3) into both packed forms. */
export function transformFilters(
  weights: Float32Array,
  extent: FilterExtent,
  forward: Float32Array,
  backward: Float32Array,
): void {
  const { outputs, channels } = extent;
  const size = outputs * channels;
  const places = [byOutputs(extent), byChannels(extent)] as const;
  const half = new Float64Array(18);
  for (let output = 0; output < outputs; output += 1)
    for (let channel = 0; channel < channels; channel += 1) {
      const from = (output * channels + channel) * 9;
      for (let j = 0; j < 3; j += 1)
        storePoints(half, j, 3, weights[from + j], weights[from + 3 + j], weights[from + 6 + j]);
      const at = places[0](output, channel);
      const back = places[1](output, channel);
      for (let i = 0; i < 6; i += 1) {
        storePoints(
          forward,
          at + i * 6 * size,
          size,
          half[i * 3],
          half[i * 3 + 1],
          half[i * 3 + 2],
        );
        storePoints(
          backward,
          back + i * 6 * size,
          size,
          half[i * 3],
          half[i * 3 + 1],
          half[i * 3 + 2],
        );
      }
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

/** Adds G^T u G, u being the 36 points' gradients [36][channels][outputs], to `gradient` (as the weights). */
export function addFilterGradient(
  points: Float32Array,
  { outputs, channels }: FilterExtent,
  gradient: Float32Array,
): void {
  const size = outputs * channels;
  const half = new Float64Array(18);
  const three = new Float64Array(3);
  // Outputs within channels, as the points lie: the other way every number would be on a line of its own.
  for (let channel = 0; channel < channels; channel += 1)
    for (let output = 0; output < outputs; output += 1) {
      const at = channel * outputs + output;
      for (let i = 0; i < 6; i += 1) {
        gather(three, points, at + i * 6 * size, size);
        half.set(three, i * 3);
      }
      const to = (output * channels + channel) * 9;
      for (let j = 0; j < 3; j += 1) {
        gather(three, half, j, 3);
        for (let i = 0; i < 3; i += 1) gradient[to + i * 3 + j] += three[i];
      }
    }
}

/** target = G^T times the six values at from[at + i * stride]. */
function gather(
  target: Float64Array,
  from: Float32Array | Float64Array,
  at: number,
  stride: number,
): void {
  const p1 = from[at + stride];
  const p2 = from[at + 2 * stride];
  const p3 = from[at + 3 * stride];
  const p4 = from[at + 4 * stride];
  const inner = (p1 + p2) / A_SCALE;
  const outer = (p3 + p4) / B_SCALE;
  target[0] = from[at] + inner + outer;
  target[1] = (p1 - p2) * (A1 / A_SCALE) + (p3 - p4) * (B1 / B_SCALE);
  target[2] = inner * A2 + outer * B2 + from[at + 5 * stride];
}
