import type { ReportFigure } from '../document.js';
import { PALETTE } from '../palette.js';

/** A design's cost by part, layer after layer. */
export interface CostByPart {
  readonly name: string;
  readonly parts: readonly Readonly<Record<string, number>>[];
}

export interface CostUnit {
  readonly quantity: string;
  readonly unit: string;
  /** Units in one SI unit. */
  readonly scale: number;
}

const COLOURS = Object.values(PALETTE);

/** Stacked bars: one a design, one colour a component. */
export function componentCostFigure(
  designs: readonly CostByPart[],
  { quantity, unit, scale }: CostUnit,
): ReportFigure {
  const names = [...new Set(designs.flatMap(({ parts }) => parts.flatMap(Object.keys)))];
  const total = ({ parts }: CostByPart, name: string): number =>
    scale * parts.reduce((sum, part) => sum + part[name], 0);
  const shown = names.filter((name) => designs.some((design) => total(design, name) > 0));
  return {
    kind: 'figure',
    caption: `${quantity} of one image by component.`,
    alt: designs
      .map(
        (design) =>
          `${design.name}: ${shown.map((name) => `${name} ${total(design, name).toPrecision(3)} ${unit}`).join(', ')}`,
      )
      .join('; '),
    traces: shown.map((name, i) => ({
      type: 'bar',
      orientation: 'h',
      name,
      y: designs.map((design) => design.name),
      x: designs.map((design) => Number(total(design, name).toPrecision(6))),
      marker: { color: COLOURS[i % COLOURS.length] },
    })),
    layout: {
      barmode: 'stack',
      xaxis: { title: { text: `${quantity} (${unit})` } },
      yaxis: { automargin: true, autorange: 'reversed' },
    },
    height: 160 + 60 * designs.length,
  };
}

/** What a tornado figure needs of one bar. */
export interface TornadoRange {
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

/** Horizontal bars from the headline at one end of each assumption's spread to the other, widest on top. */
export function tornadoFigure(bars: readonly TornadoRange[], headline: string): ReportFigure {
  return {
    kind: 'figure',
    caption: `Each assumption alone at both ends of its spread: ${headline}.`,
    alt: bars
      .map(({ name, low, high }) => `${name}: ${low.toPrecision(3)} to ${high.toPrecision(3)}`)
      .join('; '),
    traces: [
      {
        type: 'bar',
        orientation: 'h',
        y: bars.map(({ name }) => name),
        base: bars.map(({ low, high }) => Math.min(low, high)),
        x: bars.map(({ low, high }) => Math.abs(high - low)),
        marker: { color: PALETTE.blue },
        hovertemplate: '%{y}: %{base:.3g} to %{x:.3g}<extra></extra>',
      },
    ],
    layout: {
      showlegend: false,
      xaxis: { title: { text: headline } },
      yaxis: { automargin: true, autorange: 'reversed' },
    },
    height: 120 + 28 * bars.length,
  };
}
