import type { PlotlyTrace, ReportFigure } from '../document.js';
import { PALETTE } from '../palette.js';

/** What the figure needs of one result row; accuracy and interval as fractions. */
export interface AccuracyPoint {
  readonly converter: string;
  /** Samples per conversion; 0 where the converter does not sample. */
  readonly samples: number;
  readonly accuracy: number;
  readonly interval: readonly [number, number];
}

/** Accuracy against the number of samples T of the stochastic converter, deterministic converters as lines. */
export function accuracyFigure(rows: readonly AccuracyPoint[]): ReportFigure {
  const sampled = rows.filter(({ samples }) => samples > 0);
  const references = rows.filter(({ samples }) => samples === 0);
  const counts = [...new Set(sampled.map(({ samples }) => samples))].sort((a, b) => a - b);
  const span: readonly [number, number] =
    counts.length > 0 ? [counts[0], counts[counts.length - 1]] : [1, 1];
  return {
    kind: 'figure',
    caption:
      'Accuracy on the test set against samples T per conversion. Each dot is one seed, its bar the 95 % Wilson interval of that run; lines are converters that do not sample.',
    alt: rows
      .map(
        ({ converter, samples, accuracy }) =>
          `${converter}${samples > 0 ? ` T=${samples}` : ''}: ${percent(accuracy)} %`,
      )
      .join('; '),
    traces: [
      ...references.map((row, i) => referenceLine(row, i, span)),
      ...[...groupBy(sampled)].map(([name, points], i) => dots(name, points, i)),
    ],
    layout: {
      xaxis: {
        title: { text: 'samples T per conversion' },
        type: 'log',
        tickvals: counts,
        ticktext: counts.map(String),
      },
      yaxis: { title: { text: 'accuracy (%)' } },
    },
  };
}

const percent = (fraction: number): number => Number((100 * fraction).toFixed(2));
const SOLID = [PALETTE.blue, PALETTE.vermilion, PALETTE.green];
const LINES = [PALETTE.grey, PALETTE.orange, PALETTE.sky, PALETTE.purple, PALETTE.green];

const referenceLine = (
  { converter, accuracy }: AccuracyPoint,
  index: number,
  [first, last]: readonly [number, number],
): PlotlyTrace => ({
  type: 'scatter',
  mode: 'lines',
  name: `${converter} (${percent(accuracy)} %)`,
  x: [first / 1.15, last * 1.15],
  y: [percent(accuracy), percent(accuracy)],
  line: { dash: index === 0 ? 'solid' : 'dash', color: LINES[index % LINES.length] },
});

const dots = (name: string, points: readonly AccuracyPoint[], index: number): PlotlyTrace => ({
  type: 'scatter',
  mode: 'markers',
  name,
  x: points.map(({ samples }) => samples),
  y: points.map(({ accuracy }) => percent(accuracy)),
  error_y: {
    type: 'data',
    symmetric: false,
    array: points.map(({ accuracy, interval }) => percent(interval[1] - accuracy)),
    arrayminus: points.map(({ accuracy, interval }) => percent(accuracy - interval[0])),
  },
  marker: { size: 9, color: SOLID[index % SOLID.length] },
});

function groupBy(points: readonly AccuracyPoint[]): Map<string, AccuracyPoint[]> {
  const groups = new Map<string, AccuracyPoint[]>();
  for (const point of points)
    groups.set(point.converter, [...(groups.get(point.converter) ?? []), point]);
  return groups;
}
