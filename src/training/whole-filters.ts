import type { PointPairs } from './winograd-filters.js';
import type { Slot, Workspace } from './workspace.js';

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

/** Rows of A, 1, 4, 4, 15, 15 and 1: what points of a gradient can be of its largest value, along each side. */
const GRADIENT_GROWTH = [1, 4, 4, 15, 15, 1];
/** The denominators of G, which neither filters nor the points of their gradient come with. */
const DENOMINATORS = [4, -6, -6, 24, 24, 1];
/** Points a gradient of filters is made from, without denominators. */
export const WHOLE_POINTS: PointPairs = { a: 1, b: 2, aScale: 1, bScale: 1 };

/** How the 36 points of a gradient whose largest value is 1 are rounded to whole numbers up to `top`. */
export function pointScales(top: number): {
  readonly factors: number[];
  readonly worths: number[];
} {
  const growth = GRADIENT_GROWTH.flatMap((a) => GRADIENT_GROWTH.map((b) => a * b));
  const denominators = DENOMINATORS.flatMap((a) => DENOMINATORS.map((b) => a * b));
  return {
    factors: growth.map((most) => top / most),
    worths: growth.map((most, xi) => most / top / denominators[xi]),
  };
}

/** The largest whole numbers of 16 and of 32 bits. */
export const LARGEST_SHORT = 2 ** 15 - 1;
export const LARGEST_SUM = 2 ** 31 - 1;

/**
 * What points of gradients are rounded to: 16 bits, or fewer where sums of products with tiles of levels, over `terms`
 * of them, or with filters, over the outputs, would leave 32 bits. 0 where tiles or filters would leave 16.
 */
export function gradientPointTop(
  level: number,
  terms: number,
  weight: number,
  outputs: number,
): number {
  const [tile, filter] = [level * TILE_GROWTH, weight * FILTER_GROWTH];
  if (Math.max(tile, filter) > LARGEST_SHORT) return 0;
  return Math.floor(
    Math.min(LARGEST_SHORT, LARGEST_SUM / (tile * terms), LARGEST_SUM / (filter * outputs)),
  );
}

/** Whether levels, digits and sums up to these stay within the 16 and 32 bits of winograd-whole.as.ts. */
export const fitsWholeTiles = (level: number, digit: number, sum: number): boolean =>
  level * TILE_GROWTH <= LARGEST_SHORT &&
  digit * FILTER_GROWTH <= LARGEST_SHORT &&
  sum * SUM_GROWTH <= LARGEST_SUM;

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

/**
 * One slice's digits, or the whole levels, of an array chunk: 32-bit numbers (outputs x stride), of which `rows` from
 * `first` on are in the array.
 */
export interface WholeDigits {
  readonly digits: Slot;
  readonly stride: number;
  readonly first: number;
  readonly rows: number;
  readonly outputs: number;
}

/** Scratch for the digits of so many filters, and three times six vectors behind them. */
export const filterScratch = (workspace: Workspace, outputs: number, channels: number): Slot =>
  workspace.scratch('filter digits', (outputs * channels * 9) / 2 + HALF_TRANSFORMED);

const HALF_TRANSFORMED = 72;

/**
 * Transforms the digits, 0 where a channel's rows lie in another array, and packs quads of one side and pairs of the
 * other: as target[36][all / 4][channels / 2][4][2] where they are the outputs from `output` on of `all` (whole quads),
 * or, without a place, as target[36][channels / 4][outputs / 2][4][2] for the gradient of the input.
 */
export function packWholeFilters(
  workspace: Workspace,
  target: Slot,
  { digits, stride, first, rows, outputs }: WholeDigits,
  channels: ChannelRange,
  place?: { readonly output: number; readonly all: number },
): void {
  const { output = 0, all = outputs } = place ?? {};
  const { count } = channels;
  const scratch = filterScratch(workspace, outputs, count);
  const pairs = (place ? count : outputs) >> 1;
  const { wholeTiles } = workspace.kernels;
  wholeTiles.filterDigits(
    digits.offset,
    stride * 4,
    first,
    first + rows,
    outputs,
    channels.first,
    count,
    place ? 1 : 0,
    scratch.offset,
  );
  wholeTiles.wholeFilters(
    scratch.offset,
    (outputs * count) / 8,
    target.offset + (output / 4) * pairs * 16,
    all * count * 2,
    scratch.offset + outputs * count * 18,
  );
}
