import { isBitConverter } from '../../network/index.js';
import {
  accuracyFigure,
  type ReportBlock,
  type ReportDocument,
  type ReportSection,
} from '../../report/index.js';
import { VERSION } from '../node/version.js';
import { costSection } from '../cost/pareto-of-rows.js';
import { converterLabel, summariseSeeds, type ConverterName } from '../run/results.js';
import { rowAgreement } from './layer-findings.js';
import { layerSection } from './report-of-layers.js';
import type { ScoreResults } from './run-score.js';

const percent = (fraction: number): string => (100 * fraction).toFixed(2);

/** The report of a scored network file: accuracy first, then what the mapping makes of the network. */
export function reportOfScore(results: ScoreResults): ReportDocument {
  const { network, scored, data, command } = results;
  const rows = scored.map(({ row }) => row);
  const [summary, ...beside] = summariseSeeds(rows);
  return {
    title: `${network.graph.name} by ${converterLabel(summary)}`,
    answer: `The network classifies **${percent(summary.mean)} %** of ${data.labels.length} images (95 % interval ${summary.interval.map(percent).join(' to ')}, ${summary.seeds} seeds).`,
    facts: [
      {
        label: 'accuracy',
        value: `${percent(summary.mean)} %`,
        note: summary.seeds > 1 ? `sd ${percent(summary.spread)} over seeds` : 'one seed',
      },
      { label: 'top five', value: `${percent(summary.topFive)} %` },
      ...beside.map(({ converter, mean, interval }) => ({
        label: REFERENCES[converter] ?? converter,
        value: `${percent(mean)} %`,
        note: `95 %: ${interval.map(percent).join('-')}`,
      })),
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
            columns: [
              ...['converter', 'seed', 'accuracy (%)', 'low', 'high'],
              ...['top five (%)', 'low', 'high'],
            ],
            rows: rows.map((row) => [
              converterLabel(row),
              row.seed,
              percent(row.accuracy),
              ...row.interval.map(percent),
              percent(row.topFive),
              ...row.topFiveInterval.map(percent),
            ]),
          },
          ...agreementBlocks(results),
        ],
      },
      ...costSection([summary, ...beside], results.costs, results.document.architecture.components),
      ...(results.layers
        ? [layerSection(results.layers, results.measuredImages ?? 0, results.ablation)]
        : []),
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

/** Rows of reference by the converter that results call them by. */
const REFERENCES: Readonly<Partial<Record<ConverterName, string>>> = {
  expectation: 'infinitely many samples',
  ideal: 'ideal conversion',
  float: 'floating point',
};

/** What the rows of reference are, and how often the others classify as they do. */
function agreementBlocks({ scored, data, network }: ScoreResults): ReportBlock[] {
  const agreement = rowAgreement(scored, data);
  if (agreement.length === 0) return [];
  const fitted = network.converter !== undefined && isBitConverter(network.converter);
  const own = network.float ? 'the twin that the file names' : 'the network’s own weights';
  return [
    {
      kind: 'list',
      items: [
        `**float**: ${own}, no arrays${fitted && !network.float ? ', each column brought to the scale of the bits by least squares' : ''}.`,
        `**ideal**: exact partial sums of the same digits, without wires${fitted ? ', brought to the scale of the bits likewise; a network trained through bits uses their saturation, which is missing here' : ''}.`,
        ...(agreement.some(({ reference }) => reference === 'expectation')
          ? [
              '**expectation**: infinitely many samples; what sampling costs is the difference to this row.',
            ]
          : []),
      ],
    },
    {
      kind: 'table',
      caption: 'Images that a row classifies as a row of reference does.',
      columns: ['row', 'seed', 'reference', 'alike (%)'],
      rows: agreement.map(({ row, seed, reference, share }) => [
        row,
        seed,
        reference,
        percent(share),
      ]),
    },
  ];
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
