import type { ReportFigure } from '../document.js';
import { PALETTE } from '../palette.js';

/** A layer with what the noise of its samples does, and the samples it was given. */
export interface LayerDamagePoint {
  readonly name: string;
  /** Millinat of cross-entropy, with its standard error. */
  readonly damage: number;
  readonly error: number;
  readonly samples: number;
}

/** Bars of damage with 95 % intervals, and the allocated samples as dots on an axis of their own. */
export function layerDamageFigure(layers: readonly LayerDamagePoint[]): ReportFigure {
  const names = layers.map(({ name }) => name);
  return {
    kind: 'figure',
    caption:
      'Loss added by single-sample noise in each layer alone (bars, 95 % intervals) and the samples allocated (dots).',
    alt: layers
      .map(({ name, damage, samples }) => `${name}: ${damage.toFixed(1)} mnat, T = ${samples}`)
      .join('; '),
    traces: [
      {
        type: 'bar',
        name: 'damage',
        x: names,
        y: layers.map(({ damage }) => damage),
        error_y: { type: 'data', array: layers.map(({ error }) => 1.96 * error) },
        marker: { color: PALETTE.sky },
      },
      {
        type: 'scatter',
        mode: 'markers',
        name: 'samples T',
        x: names,
        y: layers.map(({ samples }) => samples),
        yaxis: 'y2',
        marker: { color: PALETTE.vermilion, size: 9 },
      },
    ],
    layout: {
      xaxis: { type: 'category', automargin: true },
      yaxis: { title: { text: 'damage (mnat)' } },
      yaxis2: {
        title: { text: 'samples T' },
        overlaying: 'y',
        side: 'right',
        rangemode: 'tozero',
        showgrid: false,
      },
    },
  };
}
