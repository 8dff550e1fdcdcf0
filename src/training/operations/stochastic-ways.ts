import { streamPlan } from '../../network/activation-streams.js';
import type { MatrixNode } from '../../network/index.js';
import type { BitKind } from '../bit-tables.js';
import { LANES } from '../tape.js';
import { fitsTiles, tileRowsOf } from '../tile-blocks.js';
import { fitsWholeTiles, gradientPointTop } from '../whole-filters.js';
import type { StochasticOptions } from './stochastic-layout.js';

/** The ways that a layer's products are made in. */
export interface Ways {
  /** The backward pass goes through transformed tiles (stochastic-tiles.ts) instead of columns. */
  readonly throughTiles: boolean;
  /** What the points of gradients are rounded to there. */
  readonly pointTop: number;
  /** The partial sums too (partial-sums.ts). */
  readonly sumsThroughTiles: boolean;
  /** Digits of one bit both ways: partial sums are looked up (bit-tables.ts) instead of multiplied. */
  readonly bitKind: BitKind | undefined;
  /** Largest |PS| of an array without its bias row. */
  readonly largestSum: number;
}

/** Gradients that had to be rounded more coarsely go through columns. */
const LEAST_POINT_TOP = 2 ** 12;

/** Of a layer whose digits have `fraction` binary places beyond the point. */
export function waysOf(
  { node, input, weight, mapping }: StochasticOptions,
  fraction: number,
): Ways {
  const [outputs] = weight.shape;
  const pointTop = fitsTiles(node, weight.shape, input)
    ? gradientPointTop(
        2 ** mapping.activationBits - 1,
        tileRowsOf(input) * (input.width / 4) * LANES,
        2 ** mapping.weightBits - 1,
        outputs,
      )
    : 0;
  const throughTiles =
    pointTop >= LEAST_POINT_TOP && mapping.rowOrder === 'channel-major' && fraction === 0;
  const isBits =
    mapping.bitsPerSlice === 1 &&
    streamPlan(mapping).bits.every((bits) => bits === 1) &&
    mapping.activationQuantiser === 'nearest' &&
    fraction === 0;
  const signed = hasPadding(node) ? 'padded-bipolar' : 'bipolar';
  const bitKind = !isBits ? undefined : mapping.encoding === 'unipolar' ? 'unipolar' : signed;
  const [weightTop, inputTop] = [2 ** mapping.bitsPerSlice - 1, 2 ** mapping.bitsPerStream - 1];
  const rows = weight.length / outputs;
  const largestSum = Math.min(rows, mapping.rowsPerArray) * weightTop * inputTop;
  return {
    throughTiles,
    pointTop,
    sumsThroughTiles: throughTiles && !bitKind && fitsWholeTiles(inputTop, weightTop, largestSum),
    bitKind,
    largestSum,
  };
}

/** Whether some columns are driven with rows of the image's padding, whose digits are 0. */
export const hasPadding = (node: MatrixNode): boolean =>
  node.op === 'conv2d' && node.attributes.padding.some((extent) => extent > 0);
