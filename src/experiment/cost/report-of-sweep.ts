import { METRICS, paretoFront } from '../../architecture/index.js';
import { PALETTE } from '../../report/palette.js';
import type { PlotlyTrace, ReportDocument, ReportFigure } from '../../report/index.js';
import { VERSION } from '../node/version.js';
import type { SweepPoint, SweepResults } from './sweep.js';

const AXES = {
  energy: ['energy an image (uJ)', 1e6],
  latency: ['latency (us)', 1e6],
  area: ['area (mm2)', 1e6],
  edp: ['energy-delay product (pJ us)', 1e18],
} as const;
const FIGURES = [
  ['energy', 'latency'],
  ['energy', 'area'],
  ['latency', 'area'],
] as const;
/** Rows of the table; all are in sweep.csv. */
const SHOWN = 60;

export function reportOfSweep(results: SweepResults, command: string): ReportDocument {
  const { points, axes, seconds } = results;
  const front = points
    .filter(({ onFront }) => onFront)
    .sort((a, b) => a.headline.edp - b.headline.edp);
  const [best] = front;
  return {
    title: `${points.length} designs`,
    answer: `The least energy-delay product, **${(best.headline.edp * 1e18).toPrecision(3)} pJ us** an image, has ${best.settings.join(', ')}.`,
    facts: METRICS.map((metric) => ({
      label: `least ${metric}`,
      value: (
        AXES[metric][1] * Math.min(...points.map(({ headline }) => headline[metric]))
      ).toPrecision(3),
      note: AXES[metric][0],
    })),
    sections: [
      {
        id: 'fronts',
        title: 'What nothing beats',
        blocks: [
          ...FIGURES.map((pair) => frontFigure(points, pair)),
          {
            kind: 'table',
            caption: `Designs that no other beats in two of energy, latency and area${front.length > SHOWN ? ` (the ${SHOWN} of least EDP; all in sweep.csv)` : ''}. Column currents are those of the file as it stands.`,
            columns: [...axes.map(({ key }) => key), ...METRICS.map((metric) => AXES[metric][0])],
            rows: front
              .slice(0, SHOWN)
              .map(({ settings, headline }) => [
                ...settings.map((text) => text.slice(text.indexOf('=') + 1)),
                ...METRICS.map((metric) => (headline[metric] * AXES[metric][1]).toPrecision(4)),
              ]),
          },
        ],
      },
      { id: 'reproduce', title: 'Reproduce', blocks: [{ kind: 'code', text: command }] },
    ],
    footer: `Spinbar ${VERSION}, ${seconds.toPrecision(3)} s`,
  };
}

function frontFigure(
  points: readonly SweepPoint[],
  [a, b]: (typeof FIGURES)[number],
): ReportFigure {
  const at = (point: SweepPoint, metric: 'energy' | 'latency' | 'area'): number =>
    Number((point.headline[metric] * AXES[metric][1]).toPrecision(5));
  const front = paretoFront(points, ({ headline }) => [headline[a], headline[b]]);
  const scatter = (own: readonly SweepPoint[], more: PlotlyTrace): PlotlyTrace => ({
    type: 'scatter',
    x: own.map((point) => at(point, a)),
    y: own.map((point) => at(point, b)),
    text: own.map(({ settings }) => settings.join('<br>')),
    hovertemplate: '%{text}<br>%{x}, %{y}<extra></extra>',
    ...more,
  });
  return {
    kind: 'figure',
    caption: `${AXES[b][0]} against ${AXES[a][0]}, both logarithmic; joined: designs that no other beats in both.`,
    alt: front
      .map((point) => `${point.settings.join(' ')}: ${at(point, a)}, ${at(point, b)}`)
      .join('; '),
    traces: [
      scatter(points, {
        mode: 'markers',
        name: 'designs',
        marker: { size: 5, color: PALETTE.sky, opacity: 0.6 },
      }),
      scatter(front, {
        mode: 'lines+markers',
        name: 'not beaten',
        line: { color: PALETTE.vermilion, shape: 'hv' },
        marker: { size: 8, color: PALETTE.vermilion },
      }),
    ],
    layout: {
      xaxis: { title: { text: AXES[a][0] }, type: 'log' },
      yaxis: { title: { text: AXES[b][0] }, type: 'log' },
    },
  };
}
