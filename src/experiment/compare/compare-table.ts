import { textTable } from '../text-table.js';
import type { ComparedDesign } from './compared.js';

/** How many times smaller a design is than the first, by metric. */
export const ratiosToFirst = (
  [first]: readonly ComparedDesign[],
  { cost }: ComparedDesign,
): readonly [energy: number, latency: number, area: number, edp: number] => [
  first.cost.energyJoule / cost.energyJoule,
  first.cost.latencySecond / cost.latencySecond,
  first.cost.areaSquareMetre / cost.areaSquareMetre,
  first.cost.energyDelayProduct / cost.energyDelayProduct,
];

export const COMPARE_HEADER = [
  'design',
  'accuracy %',
  'sd',
  'energy uJ',
  'latency us',
  'area mm2',
  'EDP pJ us',
  'TOPS/W',
  'bottleneck',
  'E',
  't',
  'A',
  'EDP',
] as const;

/** The cells of a comparison, one row a design. */
export const compareRows = (designs: readonly ComparedDesign[]): string[][] =>
  designs.map((design) => {
    const { name, cost, accuracy } = design;
    return [
      name,
      accuracy ? (100 * accuracy.mean).toFixed(2) : '',
      accuracy && accuracy.seeds > 1 ? (100 * accuracy.spread).toFixed(2) : '',
      (cost.energyJoule * 1e6).toPrecision(4),
      (cost.latencySecond * 1e6).toPrecision(4),
      (cost.areaSquareMetre * 1e6).toPrecision(4),
      (cost.energyDelayProduct * 1e18).toPrecision(4),
      cost.teraOperationsPerJoule.toPrecision(4),
      cost.bottleneck,
      ...ratiosToFirst(designs, design).map((ratio) => `${ratio.toPrecision(3)}x`),
    ];
  });

/** Designs side by side as text. */
export const compareTable = (designs: readonly ComparedDesign[]): string =>
  textTable(COMPARE_HEADER, compareRows(designs));
