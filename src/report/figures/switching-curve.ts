import type { SwitchingCurve } from '../../calibration/switching-curve.js';
import type { ReportFigure } from '../document.js';
import { PALETTE } from '../palette.js';

export interface SwitchingCurveFigureOptions {
  /** The fitted p(I); current in ampere. */
  readonly evaluate: (currentAmpere: number) => number;
  readonly samples?: number;
  /** Further curves over the same range for comparison, such as the usual tanh. */
  readonly comparisons?: readonly {
    readonly name: string;
    readonly evaluate: (currentAmpere: number) => number;
  }[];
}

/** P_sw(I): measured points with their 95 % Wilson intervals, and the fit that the network uses. */
export function switchingCurveFigure(
  curve: SwitchingCurve,
  { evaluate, samples = 121, comparisons = [] }: SwitchingCurveFigureOptions,
): ReportFigure {
  const { points, currentRangeAmpere, fit } = curve;
  const [low, high] = currentRangeAmpere;
  const scale = unitFor(Math.max(Math.abs(low), Math.abs(high)));
  const grid = Array.from({ length: samples }, (_, i) => low + ((high - low) * i) / (samples - 1));
  const line = (
    name: string,
    of: (currentAmpere: number) => number,
    style: Readonly<Record<string, unknown>>,
  ) => ({
    type: 'scatter',
    mode: 'lines',
    name,
    x: grid.map((current) => round(current * scale.factor)),
    y: grid.map((current) => round(of(current))),
    line: style,
  });
  return {
    kind: 'figure',
    caption: `Switching probability against the current in the heavy metal, ${curve.device.name}, ${curve.protocol.name}, ${curve.temperatureKelvin} K. Points: ${curve.method} with 95 % Wilson intervals; line: ${fit.model} by maximum likelihood, the curve every conversion draws from.`,
    alt: `Probability rises from ${round(points[0].probability)} to ${round(points[points.length - 1].probability)}; centre ${round(fit.centreAmpere * scale.factor)} ${scale.unit}, width ${round(fit.widthAmpere * scale.factor)} ${scale.unit}`,
    traces: [
      line(`${fit.model} fit`, evaluate, { color: PALETTE.blue, width: 2.5 }),
      ...comparisons.map(({ name, evaluate: of }, i) =>
        line(name, of, { color: [PALETTE.orange, PALETTE.green][i % 2], dash: 'dash' }),
      ),
      {
        type: 'scatter',
        mode: 'markers',
        name: 'simulated',
        x: points.map(({ currentAmpere }) => round(currentAmpere * scale.factor)),
        y: points.map(({ probability }) => round(probability)),
        error_y: {
          type: 'data',
          symmetric: false,
          array: points.map(({ probability, interval }) => round(interval[1] - probability)),
          arrayminus: points.map(({ probability, interval }) => round(probability - interval[0])),
        },
        marker: { color: PALETTE.vermilion, size: 7 },
      },
    ],
    layout: {
      xaxis: { title: { text: `current (${scale.unit})` } },
      yaxis: { title: { text: 'switching probability' }, range: [-0.03, 1.03] },
    },
  };
}

const round = (value: number): number => Number(value.toPrecision(6));

function unitFor(ampere: number): { readonly factor: number; readonly unit: string } {
  if (ampere >= 1e-3) return { factor: 1e3, unit: 'mA' };
  return ampere >= 1e-6 ? { factor: 1e6, unit: 'uA' } : { factor: 1e9, unit: 'nA' };
}
