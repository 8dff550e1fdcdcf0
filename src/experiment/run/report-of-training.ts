import type { PlotlyTrace, ReportDocument, ReportFigure } from '../../report/index.js';
import { PALETTE } from '../../report/palette.js';
import type { EpochRecord } from '../../training/index.js';
import { VERSION } from '../node/version.js';
import { BIN_WIDTHS, REACH_WIDTHS, type LayerStatistics } from './training-statistics.js';

export interface TrainingReport {
  readonly title: string;
  readonly command: string;
  readonly float: readonly EpochRecord[];
  readonly stochastic: readonly EpochRecord[];
  readonly layers: readonly LayerStatistics[];
  /** T that the last phase trained at. */
  readonly samples: number;
  readonly heldOutImages: number;
}

const percent = (fraction: number): string => (100 * fraction).toFixed(2);

const percentHeldOut = ({ validationAccuracy = NaN }: Partial<EpochRecord> = {}): string =>
  Number.isNaN(validationAccuracy) ? 'none' : `${percent(validationAccuracy)} %`;

/** The page of a training: its course, then what each layer's conversions and weights have become. */
export function reportOfTraining(training: TrainingReport): ReportDocument {
  const { title, command, float, stochastic, layers, samples, heldOutImages } = training;
  const last = percentHeldOut(stochastic.at(-1));
  const twin = float.at(-1);
  return {
    title: `${title}: training`,
    answer:
      heldOutImages === 0
        ? `Trained through stochastic partial sums at T = ${samples}; no images were held out.`
        : `Trained through stochastic partial sums at T = ${samples}, the network classifies **${last}** of ${heldOutImages} held-out training images` +
          (twin ? `; its float twin ${percentHeldOut(twin)}.` : '.'),
    facts: [
      { label: 'held out', value: last, note: `T = ${samples}` },
      {
        label: 'epochs',
        value: `${float.length} + ${stochastic.length}`,
        note: 'float, stochastic',
      },
    ],
    sections: [
      {
        id: 'course',
        title: 'Course',
        blocks: [accuracyCourse(float, stochastic), lossCourse(float, stochastic)],
      },
      {
        id: 'conversions',
        title: 'Conversions',
        blocks: [
          {
            kind: 'table',
            caption:
              'Currents of the converters on eight training images: root mean square in curve widths, share certain to 1 %, and share that learns (surrogate slope over a tenth of its largest).',
            columns: ['layer', 'rms (widths)', 'saturated (%)', 'learning (%)'],
            rows: layers.map(({ layer, widths, saturated, learning }) => [
              layer,
              widths.toFixed(2),
              percent(saturated),
              percent(learning),
            ]),
          },
          heatmap(
            layers.map(({ layer, currents }) => [layer, currents]),
            Array.from(
              { length: (2 * REACH_WIDTHS) / BIN_WIDTHS },
              (_, i) => (i + 0.5) * BIN_WIDTHS - REACH_WIDTHS,
            ),
            {
              caption: 'Share of conversions by current; the outermost bins hold all beyond.',
              axis: 'current (curve widths)',
            },
          ),
        ],
      },
      {
        id: 'weights',
        title: 'Weights',
        blocks: [
          heatmap(
            layers.map(({ layer, levels }) => [layer, levels]),
            (layers[0]?.levels ?? []).map((_, i, all) => 2 * i - (all.length - 1)),
            { caption: 'Share of weights by level, by layer.', axis: 'level' },
          ),
        ],
      },
      { id: 'reproduce', title: 'Reproduce', blocks: [{ kind: 'code', text: command }] },
    ],
    footer: `Spinbar ${VERSION}`,
  };
}

const line = (name: string, y: readonly number[], color: string, dash = 'solid'): PlotlyTrace => ({
  type: 'scatter',
  mode: 'lines+markers',
  name,
  x: y.map((_, i) => i + 1),
  y,
  line: { color, dash },
});

function accuracyCourse(
  float: readonly EpochRecord[],
  stochastic: readonly EpochRecord[],
): ReportFigure {
  const of = (records: readonly EpochRecord[], key: 'accuracy' | 'validationAccuracy') =>
    records.map((record) => Number(percent(record[key]))).filter((value) => !Number.isNaN(value));
  return {
    kind: 'figure',
    caption:
      'Accuracy after every epoch of each training: on the batches it trained on, and held out.',
    alt: `held out: float ${of(float, 'validationAccuracy').join(', ')}; stochastic ${of(stochastic, 'validationAccuracy').join(', ')} %`,
    traces: [
      line('float, held out', of(float, 'validationAccuracy'), PALETTE.grey),
      line('float, training', of(float, 'accuracy'), PALETTE.grey, 'dot'),
      line('stochastic, held out', of(stochastic, 'validationAccuracy'), PALETTE.blue),
      line('stochastic, training', of(stochastic, 'accuracy'), PALETTE.blue, 'dot'),
    ],
    layout: { xaxis: { title: { text: 'epoch' } }, yaxis: { title: { text: 'accuracy (%)' } } },
  };
}

const lossCourse = (
  float: readonly EpochRecord[],
  stochastic: readonly EpochRecord[],
): ReportFigure => ({
  kind: 'figure',
  caption:
    'Mean training loss of every epoch, the twin’s share included where there is distillation.',
  alt: `stochastic: ${stochastic.map(({ loss }) => loss.toFixed(3)).join(', ')}`,
  traces: [
    line(
      'float',
      float.map(({ loss }) => loss),
      PALETTE.grey,
    ),
    line(
      'stochastic',
      stochastic.map(({ loss }) => loss),
      PALETTE.blue,
    ),
  ],
  layout: {
    xaxis: { title: { text: 'epoch' } },
    yaxis: { title: { text: 'loss' }, type: 'log' },
  },
});

function heatmap(
  rows: readonly (readonly [string, readonly number[]])[],
  x: readonly number[],
  { caption, axis }: { readonly caption: string; readonly axis: string },
): ReportFigure {
  return {
    kind: 'figure',
    caption,
    alt: rows
      .map(([layer, shares]) => `${layer}: most often ${x[shares.indexOf(Math.max(...shares))]}`)
      .join('; '),
    traces: [
      {
        type: 'heatmap',
        x,
        y: rows.map(([layer]) => layer),
        z: rows.map(([, shares]) => shares.map((share) => 100 * share)),
        colorbar: { title: { text: '%' } },
        colorscale: 'Viridis',
      },
    ],
    layout: {
      xaxis: { title: { text: axis } },
      yaxis: { autorange: 'reversed', automargin: true },
    },
    height: 120 + 24 * rows.length,
  };
}
