import { accuracyFigure, type ReportDocument, type ReportSection } from '../../report/index.js';
import { VERSION } from '../node/version.js';
import { costSection } from '../cost/pareto-of-rows.js';
import { converterLabel, summariseSeeds } from '../run/results.js';
import type { ScoreResults } from './run-score.js';

const percent = (fraction: number): string => (100 * fraction).toFixed(2);

/** The report of a scored network file: accuracy first, then what the mapping makes of the network. */
export function reportOfScore(results: ScoreResults): ReportDocument {
  const { network, scored, data, command } = results;
  const rows = scored.map(({ row }) => row);
  const [summary] = summariseSeeds(rows);
  return {
    title: `${network.graph.name} by ${converterLabel(summary)}`,
    answer: `The network classifies **${percent(summary.mean)} %** of ${data.labels.length} images (95 % interval ${summary.interval.map(percent).join(' to ')}, ${summary.seeds} seeds).`,
    facts: [
      {
        label: 'accuracy',
        value: `${percent(summary.mean)} %`,
        note: summary.seeds > 1 ? `sd ${percent(summary.spread)} over seeds` : 'one seed',
      },
      { label: 'conversions an image', value: String(summary.conversionsPerImage) },
    ],
    sections: [
      {
        id: 'accuracy',
        title: 'Accuracy',
        blocks: [
          accuracyFigure(rows),
          {
            kind: 'table',
            caption: 'Every seed, with its 95 % Wilson interval.',
            columns: ['converter', 'seed', 'accuracy (%)', 'low', 'high', 'top five (%)'],
            rows: rows.map((row) => [
              converterLabel(row),
              row.seed,
              percent(row.accuracy),
              ...row.interval.map(percent),
              percent(row.topFive),
            ]),
          },
        ],
      },
      ...costSection([summary], results.costs, results.document.architecture.components),
      ...mappingSection(results),
      {
        id: 'reproduce',
        title: 'Reproduce',
        blocks: [{ kind: 'code', text: command }],
      },
    ],
    footer: `Spinbar ${VERSION}`,
  };
}

function mappingSection({ mapping }: ScoreResults): ReportSection[] {
  if (!mapping) return [];
  return [
    {
      id: 'mapping',
      title: 'On the arrays',
      blocks: [
        ...mapping.notRealisable.map((text) => ({ kind: 'note', level: 'warning', text }) as const),
        {
          kind: 'table',
          caption: `${mapping.tiles} arrays, ${mapping.devices} cells, ${mapping.conversionsPerImage} conversions an image.`,
          columns: [
            'layer',
            'rows',
            'columns',
            'positions',
            'chunks',
            'slices',
            'streams',
            'T',
            'arrays',
            'utilisation (%)',
            'conversions',
          ],
          rows: mapping.layers.map((layer) => [
            layer.layer,
            layer.rows,
            layer.columns,
            layer.pixels,
            layer.chunks,
            layer.slices,
            layer.streams,
            layer.samples,
            layer.tiles,
            percent(layer.utilisation),
            layer.conversions,
          ]),
        },
      ],
    },
  ];
}
