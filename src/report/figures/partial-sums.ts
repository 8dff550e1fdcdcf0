import type { PlotlyTrace, ReportFigure } from '../document.js';
import { PALETTE } from '../palette.js';

/** A layer's partial sums in one unit of all layers, such as uA. */
export interface LayerSums {
  readonly layer: string;
  /** Lower edge of the first bin, and the bins' width. */
  readonly from: number;
  readonly width: number;
  readonly shares: readonly number[];
  readonly range?: readonly [number, number] | undefined;
}

/** One histogram a layer, one above the other, each beside the range that its converter can tell apart. */
export function partialSumFigure(layers: readonly LayerSums[], unit: string): ReportFigure {
  const height = 0.85;
  return {
    kind: 'figure',
    caption: `Partial sums of each layer (${unit}), each histogram on a scale of its own; bars below: the converter's range.`,
    alt: layers
      .map(
        ({ layer, from, width, shares, range }) =>
          `${layer}: ${from.toPrecision(3)} to ${(from + width * shares.length).toPrecision(3)}${range ? `, range ${range.map((edge) => edge.toPrecision(3)).join(' to ')}` : ''}`,
      )
      .join('; '),
    traces: layers.flatMap(({ layer, from, width, shares, range }, i): PlotlyTrace[] => {
      const top = Math.max(...shares);
      const base = layers.length - 1 - i;
      return [
        {
          type: 'scatter',
          mode: 'lines',
          showlegend: false,
          x: shares.flatMap((_, b) => [from + b * width, from + (b + 1) * width]).map(round),
          y: shares.flatMap((share) => {
            const y = round(base + (height * share) / top);
            return [y, y];
          }),
          line: { width: 1.2, color: PALETTE.blue },
          hovertemplate: `${layer}: %{x}<extra></extra>`,
        },
        ...(range
          ? [
              {
                type: 'scatter',
                mode: 'lines',
                showlegend: false,
                x: range.map(round),
                y: [base - 0.05, base - 0.05],
                line: { width: 3, color: PALETTE.orange },
                hovertemplate: `range of ${layer}: %{x}<extra></extra>`,
              },
            ]
          : []),
      ];
    }),
    layout: {
      xaxis: { title: { text: `partial sum (${unit})` } },
      yaxis: {
        tickvals: layers.map((_, i) => layers.length - 1 - i),
        ticktext: layers.map(({ layer }) => layer),
        automargin: true,
        zeroline: false,
      },
    },
    height: 120 + 34 * layers.length,
  };
}

const round = (value: number): number => Number(value.toPrecision(5));
