import type { Converter } from '../../network/index.js';
import { csv } from '../../report/index.js';
import { costFor, type StoredCost } from '../cost/row-costs.js';
import { textTable } from '../text-table.js';

export type ConverterName = 'float' | Converter['kind'];

/** One line of the answer: a converter, its samples, one seed. Field names are those of results.json. */
export interface ResultRow {
  readonly converter: ConverterName;
  /** T; 0 where the converter does not sample. */
  readonly samples: number;
  readonly seed: number;
  /** Whether the arrays had their wires. */
  readonly wires: boolean;
  /** Fraction of images classified rightly. */
  readonly accuracy: number;
  /** 95 % Wilson interval of the accuracy. */
  readonly interval: readonly [number, number];
  /** Fraction of images whose class is among the five best. */
  readonly topFive: number;
  /** 95 % Wilson interval of that. */
  readonly topFiveInterval: readonly [number, number];
  readonly images: number;
  readonly conversionsPerImage: number;
  readonly imagesPerSecond: number;
}

const COLUMNS: readonly (keyof ResultRow)[] = [
  'converter',
  'samples',
  'seed',
  'wires',
  'accuracy',
  'interval',
  'topFive',
  'topFiveInterval',
  'images',
  'conversionsPerImage',
  'imagesPerSecond',
];

/** The rows as a CSV file; an interval takes two columns. */
export function resultsCsv(rows: readonly ResultRow[]): string {
  const header = COLUMNS.flatMap((name) =>
    /interval$/i.test(name) ? [`${name}Low`, `${name}High`] : [name],
  );
  return csv(
    header,
    rows.map((row) =>
      COLUMNS.flatMap((name): readonly (string | number)[] => {
        if (name === 'interval' || name === 'topFiveInterval') return row[name];
        return [name === 'wires' ? String(row.wires) : row[name]];
      }),
    ),
  );
}

/** Mean and spread over the seeds of one converter and sample count, with or without wires. */
export interface SeedSummary {
  readonly converter: ConverterName;
  readonly samples: number;
  readonly wires: boolean;
  readonly seeds: number;
  readonly mean: number;
  /** Sample standard deviation over seeds; 0 for one seed. */
  readonly spread: number;
  /** Smallest and largest interval bound over the seeds. */
  readonly interval: readonly [number, number];
  /** The same two of the five best. */
  readonly topFive: number;
  readonly topFiveInterval: readonly [number, number];
  readonly conversionsPerImage: number;
  readonly imagesPerSecond: number;
}

/** One summary for each converter and sample count, in order of appearance. */
export function summariseSeeds(rows: readonly ResultRow[]): SeedSummary[] {
  const groups = new Map<string, ResultRow[]>();
  for (const row of rows) {
    const key = converterLabel(row);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const { converter, samples, wires, conversionsPerImage } = group[0];
    const mean = average(group.map(({ accuracy }) => accuracy));
    const squares = group.reduce((sum, { accuracy }) => sum + (accuracy - mean) ** 2, 0);
    return {
      converter,
      samples,
      wires,
      seeds: group.length,
      mean,
      spread: group.length > 1 ? Math.sqrt(squares / (group.length - 1)) : 0,
      interval: hull(group.map(({ interval }) => interval)),
      topFive: average(group.map(({ topFive }) => topFive)),
      topFiveInterval: hull(group.map(({ topFiveInterval }) => topFiveInterval)),
      conversionsPerImage,
      imagesPerSecond: average(group.map(({ imagesPerSecond }) => imagesPerSecond)),
    };
  });
}

const hull = (intervals: readonly (readonly [number, number])[]): readonly [number, number] => [
  Math.min(...intervals.map(([low]) => low)),
  Math.max(...intervals.map(([, high]) => high)),
];

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** `mtj T=8` for a sampling converter, else its name; `wires` where the arrays have them. */
export const converterLabel = ({
  converter,
  samples,
  wires = false,
}: Pick<ResultRow, 'converter' | 'samples'> & { readonly wires?: boolean }): string =>
  `${converter}${samples > 0 ? ` T=${samples}` : ''}${wires ? ' wires' : ''}`;

/** The table that `spinbar run` prints: accuracy, and what one image costs where it is known. */
export function resultsTable(
  rows: readonly ResultRow[],
  costs: readonly StoredCost[] = [],
): string {
  const percent = (fraction: number): string => (100 * fraction).toFixed(2);
  const lines = summariseSeeds(rows).map((summary) => [
    converterLabel(summary),
    percent(summary.mean),
    summary.seeds > 1 ? percent(summary.spread) : '',
    summary.interval.map(percent).join('-'),
    percent(summary.topFive),
    summary.topFiveInterval.map(percent).join('-'),
    String(summary.seeds),
    String(summary.conversionsPerImage),
    summary.imagesPerSecond.toPrecision(3),
    ...(costs.length > 0 ? costCells(costFor(costs, summary)) : []),
  ]);
  const header = [
    'converter',
    'accuracy %',
    'sd',
    '95 % interval',
    'top five %',
    '95 % interval',
    'seeds',
    'conversions/image',
    'images/s',
  ];
  return textTable(costs.length > 0 ? [...header, ...COST_HEADER] : header, lines);
}

const COST_HEADER = ['energy uJ', 'latency us', 'area mm2', 'EDP pJ us'];

const costCells = (cost: StoredCost | undefined): string[] =>
  cost
    ? [
        (cost.energyJoule * 1e6).toPrecision(4),
        (cost.latencySecond * 1e6).toPrecision(4),
        (cost.areaSquareMetre * 1e6).toPrecision(4),
        (cost.energyDelayProduct * 1e18).toPrecision(4),
      ]
    : COST_HEADER.map(() => '');
