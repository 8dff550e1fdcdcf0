import { paretoFigure, type ReportFigure, type ReportSection } from '../../report/index.js';
import { converterLabel, type SeedSummary } from '../run/results.js';
import { costFor, type StoredCost } from './row-costs.js';

/** A scored and priced row. */
export interface CostedRow {
  /** The run it belongs to, where there are several. */
  readonly run: string;
  readonly summary: SeedSummary;
  readonly cost: StoredCost;
}

/** The summaries that have a price; wires change neither energy nor time in this model. */
export const costedRows = (
  run: string,
  summaries: readonly SeedSummary[],
  costs: readonly StoredCost[],
): CostedRow[] =>
  summaries.flatMap((summary) => {
    const cost = costFor(costs, summary);
    return cost ? [{ run, summary, cost }] : [];
  });

const COSTS = [
  ['energyJoule', 'energy an image (uJ)', 1e6],
  ['energyDelayProduct', 'energy-delay product (pJ us)', 1e18],
  ['areaSquareMetre', 'area (mm2)', 1e6],
] as const;

/** Accuracy against energy, energy-delay product and area. */
export function paretoFigures(rows: readonly CostedRow[]): ReportFigure[] {
  const several = new Set(rows.map(({ run }) => run)).size > 1;
  return COSTS.map(([field, title, scale]) =>
    paretoFigure(
      rows.map(({ run, summary, cost }) => ({
        name: several ? `${run} ${converterLabel(summary)}` : converterLabel(summary),
        series: several ? run : summary.converter,
        cost: scale * cost[field],
        value: 100 * summary.mean,
        interval: [100 * summary.interval[0], 100 * summary.interval[1]],
      })),
      {
        cost: title,
        value: 'accuracy (%)',
        caption: `Accuracy against ${title}; bars are the widest 95 % Wilson bounds of any seed. What lies below and right of the dotted line is beaten.`,
      },
    ),
  );
}

/** Accuracy and price of every converter of a run; empty where nothing has a price. */
export function costSection(
  summaries: readonly SeedSummary[],
  costs: readonly StoredCost[],
  components: string,
): ReportSection[] {
  const rows = costedRows(
    '',
    summaries.filter(({ wires }) => !wires),
    costs,
  );
  if (rows.length === 0) return [];
  return [
    {
      id: 'cost',
      title: 'Accuracy and cost',
      blocks: [
        {
          kind: 'text',
          text: `One image on the arrays of this experiment with the components of \`${components}\`. \`ideal\` is read by an ADC of as many bits as lose nothing, \`sign\` by one of a single bit, one an array. Parts, sources and their uncertainty: \`spinbar cost\`.`,
        },
        {
          kind: 'table',
          caption: 'Accuracy, energy, latency and area together.',
          columns: [
            'converter',
            'accuracy (%)',
            'energy (uJ)',
            'latency (us)',
            'area (mm2)',
            'EDP (pJ us)',
            'TOPS/W',
            'bottleneck',
          ],
          rows: rows.map(({ summary, cost }) => [
            converterLabel(summary),
            (100 * summary.mean).toFixed(2),
            (cost.energyJoule * 1e6).toPrecision(4),
            (cost.latencySecond * 1e6).toPrecision(4),
            (cost.areaSquareMetre * 1e6).toPrecision(4),
            (cost.energyDelayProduct * 1e18).toPrecision(4),
            cost.teraOperationsPerJoule.toPrecision(4),
            cost.bottleneck,
          ]),
        },
        ...paretoFigures(rows),
      ],
    },
  ];
}
