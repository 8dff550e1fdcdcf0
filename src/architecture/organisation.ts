import * as z from 'zod';
import { quantity } from '../units/index.js';

/** One kind of part inside a block: `count` instances of a published power and area. */
const part = z.strictObject({
  name: z.string().min(1),
  count: z.number().positive(),
  power: quantity({
    name: 'power',
    unit: 'mW',
    dimension: 'power',
    min: 0,
    description: 'Of one instance at full activity.',
  }),
  area: quantity({
    name: 'area',
    unit: 'um^2',
    dimension: 'area',
    min: 0,
    description: 'Of one instance.',
  }),
});

/** A block of an organisation: parts of its own and blocks inside it (chip, tile, array unit). */
export interface Block {
  readonly name: string;
  readonly count: number;
  readonly parts: readonly z.output<typeof part>[];
  readonly blocks: readonly Block[];
}

export const blockSchema: z.ZodType<Block> = z.lazy(() =>
  z.strictObject({
    name: z.string().min(1),
    count: z.number().positive().default(1),
    parts: z.array(part).default([]),
    blocks: z.array(blockSchema).default([]),
  }),
);

export interface BlockTotals {
  readonly name: string;
  /** Power of one instance of the block at full activity (W). */
  readonly powerWatt: number;
  /** Area of one instance (m^2). */
  readonly areaSquareMetre: number;
  readonly blocks: readonly BlockTotals[];
}

/** Sums power and area of one instance of a block, its inner blocks included. */
export function blockTotals({ name, parts, blocks }: Block): BlockTotals {
  const inner = blocks.map((block) => ({ count: block.count, totals: blockTotals(block) }));
  const sum = (
    own: (item: Block['parts'][number]) => number,
    below: (totals: BlockTotals) => number,
  ) =>
    parts.reduce((total, item) => total + item.count * own(item), 0) +
    inner.reduce((total, { count, totals }) => total + count * below(totals), 0);
  return {
    name,
    powerWatt: sum(
      (item) => item.power,
      (totals) => totals.powerWatt,
    ),
    areaSquareMetre: sum(
      (item) => item.area,
      (totals) => totals.areaSquareMetre,
    ),
    blocks: inner.map(({ totals }) => totals),
  };
}
