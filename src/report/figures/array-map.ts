import type { ReportFigure } from '../document.js';

export interface ArrayMapOptions {
  readonly caption: string;
  /** Name of the colour bar with its unit, such as `voltage drop (mV)`. */
  readonly quantity: string;
  /** Digits kept in the page; more only makes the file larger. */
  readonly digits?: number;
}

/** A word-line by bit-line colour map of `values` (rows x columns, row-major), row 0 at the top. */
export function arrayMapFigure(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  { caption, quantity, digits = 5 }: ArrayMapOptions,
): ReportFigure {
  if (values.length !== rows * columns)
    throw new RangeError(`invalid map: ${values.length} values for ${rows} x ${columns}`);
  const z = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_unused, j) =>
      Number(values[i * columns + j].toPrecision(digits)),
    ),
  );
  const flat = z.flat();
  const low = flat.reduce((a, b) => Math.min(a, b), Infinity);
  const high = flat.reduce((a, b) => Math.max(a, b), -Infinity);
  return {
    kind: 'figure',
    caption,
    alt: `${quantity} over ${rows} word lines and ${columns} bit lines, from ${low} to ${high}`,
    traces: [
      {
        type: 'heatmap',
        z,
        colorscale: 'Cividis',
        colorbar: { title: { text: quantity, side: 'right' } },
        hovertemplate: `word line %{y}, bit line %{x}<br>${quantity}: %{z}<extra></extra>`,
      },
    ],
    layout: {
      xaxis: { title: { text: 'bit line' }, constrain: 'domain' },
      yaxis: {
        title: { text: 'word line' },
        autorange: 'reversed',
        scaleanchor: 'x',
        constrain: 'domain',
      },
    },
    height: 460,
  };
}
