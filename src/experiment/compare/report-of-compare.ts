import { paretoFigure, type ReportDocument, type ReportFigure } from '../../report/index.js';
import { VERSION } from '../node/version.js';
import { COMPARE_HEADER, compareRows } from './compare-table.js';
import type { ComparedDesign } from './compared.js';

/** The report of a comparison: the table, and accuracy against each cost where accuracies are known. */
export function reportOfCompare(
  designs: readonly ComparedDesign[],
  command: string,
): ReportDocument {
  const [first] = designs;
  const least = designs.reduce((a, b) =>
    b.cost.energyDelayProduct < a.cost.energyDelayProduct ? b : a,
  );
  const known = designs.filter(({ accuracy }) => accuracy);
  return {
    title: 'Designs side by side',
    answer:
      `**${least.name}** has the least energy-delay product: ${(least.cost.energyDelayProduct * 1e18).toPrecision(3)} pJ us an image, ` +
      `${(first.cost.energyDelayProduct / least.cost.energyDelayProduct).toPrecision(3)} times less than ${first.name}.`,
    facts: designs.slice(0, 6).map(({ name, cost, accuracy }) => ({
      label: name,
      value: `${(cost.energyJoule * 1e6).toPrecision(3)} uJ`,
      note: accuracy ? `${(100 * accuracy.mean).toFixed(2)} %` : 'accuracy not known',
    })),
    sections: [
      {
        id: 'comparison',
        title: 'One image',
        blocks: [
          {
            kind: 'table',
            caption:
              'E, t, A, EDP: how many times a design is smaller than the first. TOPS/W: 2 operations a multiply-accumulate.',
            columns: COMPARE_HEADER,
            rows: compareRows(designs),
          },
        ],
      },
      ...(known.length > 1
        ? [{ id: 'pareto', title: 'Accuracy against cost', blocks: figures(known) }]
        : []),
      { id: 'reproduce', title: 'Reproduce', blocks: [{ kind: 'code' as const, text: command }] },
    ],
    footer: `Spinbar ${VERSION}`,
  };
}

const COSTS = [
  ['energyJoule', 'energy an image (uJ)', 1e6],
  ['latencySecond', 'latency (us)', 1e6],
  ['energyDelayProduct', 'energy-delay product (pJ us)', 1e18],
  ['areaSquareMetre', 'area (mm2)', 1e6],
] as const;

const figures = (designs: readonly ComparedDesign[]): ReportFigure[] =>
  COSTS.map(([field, title, scale]) =>
    paretoFigure(
      designs.flatMap(({ name, from, cost, accuracy }) =>
        accuracy
          ? [
              {
                name,
                series: from,
                cost: scale * cost[field],
                value: 100 * accuracy.mean,
                interval: [100 * accuracy.interval[0], 100 * accuracy.interval[1]] as const,
              },
            ]
          : [],
      ),
      {
        cost: title,
        value: 'accuracy (%)',
        caption: `Accuracy against ${title}; one colour a run, bars are the widest 95 % Wilson bounds of any seed.`,
      },
    ),
  );
