import type { ReportFigure } from '../document.js';

/** A confusion matrix: counts[actual * classes + predicted], with each count written in its cell. */
export function confusionFigure(
  counts: ArrayLike<number>,
  classNames: readonly string[],
  caption: string,
): ReportFigure {
  const classes = classNames.length;
  const rows = classNames.map((_, actual) =>
    classNames.map((_name, predicted) => counts[actual * classes + predicted]),
  );
  const total = rows.flat().reduce((sum, count) => sum + count, 0);
  const right = rows.reduce((sum, row, i) => sum + row[i], 0);
  return {
    kind: 'figure',
    caption,
    alt: `${right} of ${total} images on the diagonal`,
    traces: [
      {
        type: 'heatmap',
        x: classNames,
        y: classNames,
        // Colour by the logarithm so that the few errors stay visible beside the diagonal.
        z: rows.map((row) => row.map((count) => Number(Math.log10(1 + count).toFixed(3)))),
        text: rows.map((row) => row.map(String)),
        texttemplate: '%{text}',
        colorscale: 'Cividis',
        showscale: false,
        hovertemplate: 'actual %{y}, predicted %{x}: %{text}<extra></extra>',
      },
    ],
    layout: {
      xaxis: { title: { text: 'predicted' }, type: 'category', constrain: 'domain' },
      yaxis: {
        title: { text: 'actual' },
        type: 'category',
        autorange: 'reversed',
        scaleanchor: 'x',
        constrain: 'domain',
      },
    },
    height: 520,
  };
}
