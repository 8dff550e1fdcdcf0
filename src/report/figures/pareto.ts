import type { PlotlyTrace, ReportFigure } from '../document.js';
import { PALETTE } from '../palette.js';

/** A design as a point: better with a higher value and a lower cost. */
export interface ParetoPoint {
  readonly name: string;
  /** Designs of one series share a colour. */
  readonly series: string;
  readonly cost: number;
  /** Such as accuracy (%). */
  readonly value: number;
  /** Bounds of the value. */
  readonly interval?: readonly [number, number];
}

export interface ParetoAxes {
  /** Such as `energy an image (uJ)`. */
  readonly cost: string;
  readonly value: string;
  readonly caption: string;
}

const COLOURS = Object.values(PALETTE);
const SYMBOLS = ['circle', 'square', 'diamond', 'triangle-up', 'cross', 'x', 'star'];

/** Value against cost (logarithmic), one colour a series, the points that nothing beats joined by a line. */
export function paretoFigure(points: readonly ParetoPoint[], axes: ParetoAxes): ReportFigure {
  const series = [...new Set(points.map((point) => point.series))];
  const front = frontOf(points);
  return {
    kind: 'figure',
    caption: axes.caption,
    alt: points
      .map(
        ({ name, cost, value }) =>
          `${name}: ${value.toPrecision(4)} ${axes.value} at ${cost.toPrecision(3)} ${axes.cost}`,
      )
      .join('; '),
    traces: [
      {
        type: 'scatter',
        mode: 'lines',
        name: 'best trade-off',
        x: front.map(({ cost }) => cost),
        y: front.map(({ value }) => value),
        line: { shape: 'hv', dash: 'dot', color: PALETTE.grey },
        hoverinfo: 'skip',
      },
      ...series.map((name, i) =>
        seriesTrace(
          points.filter((point) => point.series === name),
          { name, i },
        ),
      ),
    ],
    layout: {
      xaxis: { title: { text: axes.cost }, type: 'log' },
      yaxis: { title: { text: axes.value } },
    },
  };
}

const seriesTrace = (
  points: readonly ParetoPoint[],
  { name, i }: { readonly name: string; readonly i: number },
): PlotlyTrace => ({
  type: 'scatter',
  mode: points.length <= MOST_LABELS ? 'markers+text' : 'markers',
  name,
  x: points.map(({ cost }) => cost),
  y: points.map(({ value }) => value),
  text: points.map((point) => point.name),
  textposition: 'bottom center',
  textfont: { size: 10 },
  hovertemplate: '%{text}: %{y:.4g} at %{x:.4g}<extra></extra>',
  marker: {
    size: 9,
    color: COLOURS[i % COLOURS.length],
    symbol: SYMBOLS[i % SYMBOLS.length],
  },
  ...(points.some(({ interval }) => interval)
    ? {
        error_y: {
          type: 'data',
          symmetric: false,
          array: points.map(({ value, interval }) => (interval ? interval[1] - value : 0)),
          arrayminus: points.map(({ value, interval }) => (interval ? value - interval[0] : 0)),
          color: COLOURS[i % COLOURS.length],
        },
      }
    : {}),
});

/** Series with more points than this are told apart by hovering. */
const MOST_LABELS = 8;

/** Points of rising cost, each of a higher value than all cheaper ones. */
function frontOf(points: readonly ParetoPoint[]): ParetoPoint[] {
  const sorted = [...points].sort((a, b) => a.cost - b.cost || b.value - a.value);
  let best = -Infinity;
  return sorted.filter(({ value }) => {
    if (value <= best) return false;
    best = value;
    return true;
  });
}
