import { POINTS } from './winograd-filters.js';

/**
 * Whole-number filters of winograd-whole.as.ts: a kernel g of 3 x 3 digits becomes the 6 x 6 points of G g G^T, G being
 * interpolation at 0, 1, -1, 2, -2 and infinity without its denominators.
 */

/** The largest point of a filter, per unit of its largest digit: (1 + 2 + 4)^2. */
const FILTER_GROWTH = 49;
/** The same of a tile of levels: rows of B hold 10. */
const TILE_GROWTH = 100;
/** What the sums come times. */
const SUM_GROWTH = 576;

/** Whether levels, digits and sums up to these stay within the 16 and 32 bits of winograd-whole.as.ts. */
export const fitsWholeTiles = (level: number, digit: number, sum: number): boolean =>
  level * TILE_GROWTH < 2 ** 15 && digit * FILTER_GROWTH < 2 ** 15 && sum * SUM_GROWTH < 2 ** 31;

/** Channels that an array chunk has rows of. */
export interface ChannelRange {
  readonly first: number;
  readonly count: number;
}

/** Of `rows` rows from `first` on, nine a channel, in multiples of `step`. */
export function channelsOf(first: number, rows: number, step: number): ChannelRange {
  const from = Math.floor(first / 9 / step) * step;
  const count = Math.ceil((Math.ceil((first + rows) / 9) - from) / step) * step;
  return { first: from, count };
}

/** One slice's digits of an array chunk: (outputs x stride), of which `rows` from `first` on are in the array. */
export interface WholeDigits {
  readonly digits: Int8Array | Int32Array;
  readonly stride: number;
  readonly first: number;
  readonly rows: number;
  readonly outputs: number;
}

/**
 * Transforms the digits, 0 where a channel's rows lie in another array, and packs them as target[36][all / 4][channels /
 * 2][4][2], where they are the outputs from `output` on of `all`.
 */
export function packWholeFilters(
  target: Int16Array,
  { digits, stride, first, rows, outputs }: WholeDigits,
  channels: ChannelRange,
  { output, all }: { readonly output: number; readonly all: number },
): void {
  const size = all * channels.count;
  const kernel = new Int32Array(9);
  const half = new Int32Array(18);
  const points = new Int32Array(POINTS);
  for (let m = 0; m < outputs; m += 1)
    for (let c = 0; c < channels.count; c += 1) {
      const row = (channels.first + c) * 9;
      for (let k = 0; k < 9; k += 1) {
        const inside = row + k >= first && row + k < first + rows;
        kernel[k] = inside ? digits[m * stride + row + k] : 0;
      }
      for (let j = 0; j < 3; j += 1)
        storePoints(half, j, 3, kernel[j], kernel[3 + j], kernel[6 + j]);
      for (let i = 0; i < 6; i += 1)
        storePoints(points, 6 * i, 1, half[3 * i], half[3 * i + 1], half[3 * i + 2]);
      const o = output + m;
      let at = ((o >> 2) * (channels.count >> 1) + (c >> 1)) * 8 + (o & 3) * 2 + (c & 1);
      for (let i = 0; i < POINTS; i += 1) {
        target[at] = points[i];
        at += size;
      }
    }
}

function storePoints(
  target: Int32Array,
  at: number,
  stride: number,
  a: number,
  b: number,
  c: number,
): void {
  const one = a + c;
  const two = a + 4 * c;
  target[at] = a;
  target[at + stride] = one + b;
  target[at + 2 * stride] = one - b;
  target[at + 3 * stride] = two + 2 * b;
  target[at + 4 * stride] = two - 2 * b;
  target[at + 5 * stride] = c;
}
