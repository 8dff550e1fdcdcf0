import {
  curveFigures,
  curveFunctions,
  surfaceFunctions,
  type SwitchingSurface,
} from '../../calibration/index.js';
import type { ReportDocument, ReportFigure } from '../../report/index.js';
import { PALETTE } from '../../report/palette.js';
import { formatQuantity } from '../../units/index.js';
import { VERSION } from '../node/version.js';

const COLOURS = [
  PALETTE.blue,
  PALETTE.orange,
  PALETTE.green,
  PALETTE.vermilion,
  PALETTE.purple,
  PALETTE.sky,
];
const round = (value: number): number => Number(value.toPrecision(5));

/** The report of a surface: curves by width, P as a map of current and width, I50 over width. */
export function reportOfSurface(surface: SwitchingSurface): ReportDocument {
  const { name, corners, widthsSeconds, temperaturesKelvin, curves } = surface;
  const halves = curves.map(({ fit }) => curveFigures(fit).i50Ampere);
  const [least, most] = [Math.min(...halves), Math.max(...halves)];
  return {
    title: `${name}: switching surface`,
    answer: `P = 1/2 lies between **${formatQuantity(least, 'A')}** and **${formatQuantity(most, 'A')}** over ${curves.length} calibrated curves.`,
    facts: [
      { label: 'pulse widths', value: widthsSeconds.map((t) => formatQuantity(t, 's')).join(', ') },
      { label: 'temperatures', value: temperaturesKelvin.map((t) => `${t} K`).join(', ') },
      { label: 'corners', value: corners.join(', ') },
    ],
    sections: [
      { id: 'curves', title: 'Curves', blocks: [curvesFigure(surface)] },
      ...(widthsSeconds.length > 1
        ? [
            { id: 'map', title: 'Over current and width', blocks: [mapFigure(surface)] },
            { id: 'i50', title: 'I50 over width', blocks: [halfFigure(surface)] },
          ]
        : []),
    ],
    footer: `Spinbar ${VERSION}`,
  };
}

/** Fits of the first corner at the middle temperature, with their points. */
function curvesFigure({
  curves,
  widthsSeconds,
  temperaturesKelvin,
  corners,
}: SwitchingSurface): ReportFigure {
  const t = Math.floor((temperaturesKelvin.length - 1) / 2);
  const traces = widthsSeconds.flatMap((width, k) => {
    const curve = curves[t * widthsSeconds.length + k];
    const { probability } = curveFunctions(curve);
    const [low, high] = curve.currentRangeAmpere;
    const currents = Array.from({ length: 81 }, (_, i) => low + ((high - low) * i) / 80);
    const colour = COLOURS[k % COLOURS.length];
    return [
      {
        ...{ type: 'scatter', mode: 'lines', name: formatQuantity(width, 's') },
        ...{
          x: currents.map((i) => round(i * 1e6)),
          y: currents.map((i) => round(probability(i))),
        },
        line: { color: colour, width: 1.5 },
      },
      {
        ...{ type: 'scatter', mode: 'markers', showlegend: false, hoverinfo: 'skip' },
        x: curve.points.map(({ currentAmpere }) => round(currentAmpere * 1e6)),
        y: curve.points.map(({ probability: p }) => round(p)),
        marker: { color: colour, size: 5 },
      },
    ];
  });
  return {
    kind: 'figure',
    caption: `P_sw over current by pulse width: corner ${corners[0]}, ${temperaturesKelvin[t]} K. Dots: calibrated; lines: fits.`,
    alt: 'Switching probability over current, one curve for each pulse width',
    traces,
    layout: { xaxis: { title: { text: 'current (uA)' } }, yaxis: { title: { text: 'P_sw' } } },
  };
}

/** P over current and width, interpolated, first corner at the middle temperature. */
function mapFigure(surface: SwitchingSurface): ReportFigure {
  const { widthsSeconds, temperaturesKelvin, curves } = surface;
  const temperatureKelvin = temperaturesKelvin[Math.floor((temperaturesKelvin.length - 1) / 2)];
  const [first, last] = [widthsSeconds[0], widthsSeconds[widthsSeconds.length - 1]];
  const low = Math.min(...curves.map(({ currentRangeAmpere: [from] }) => from));
  const high = Math.max(...curves.map(({ currentRangeAmpere: [, to] }) => to));
  const currents = Array.from({ length: 61 }, (_, i) => low + ((high - low) * i) / 60);
  const widths = Array.from({ length: 25 }, (_, k) => first * (last / first) ** (k / 24));
  return {
    kind: 'figure',
    caption: `P_sw over current and pulse width at ${temperatureKelvin} K, interpolated by currents of equal probability.`,
    alt: 'Map of the switching probability over current and pulse width',
    traces: [
      {
        ...{ type: 'heatmap', colorscale: 'Viridis', zmin: 0, zmax: 1 },
        x: currents.map((i) => round(i * 1e6)),
        y: widths.map((t) => round(t * 1e9)),
        z: widths.map((widthSeconds) => {
          const within = Math.min(last, Math.max(first, widthSeconds));
          const place = { widthSeconds: within, temperatureKelvin };
          const { probability } = surfaceFunctions(surface, place);
          return currents.map((i) => round(probability(i)));
        }),
        colorbar: { title: { text: 'P_sw' } },
      },
    ],
    layout: {
      xaxis: { title: { text: 'current (uA)' } },
      yaxis: { title: { text: 'pulse width (ns)' }, type: 'log' },
    },
  };
}

function halfFigure({
  corners,
  temperaturesKelvin,
  widthsSeconds,
  curves,
}: SwitchingSurface): ReportFigure {
  const traces = corners.flatMap((corner, c) =>
    temperaturesKelvin.map((temperature, t) => {
      const from = (c * temperaturesKelvin.length + t) * widthsSeconds.length;
      return {
        ...{ type: 'scatter', mode: 'lines+markers', name: `${corner}, ${temperature} K` },
        x: widthsSeconds.map((width) => round(width * 1e9)),
        y: widthsSeconds.map((_, k) => round(curveFigures(curves[from + k].fit).i50Ampere * 1e6)),
        line: { color: COLOURS[(c * temperaturesKelvin.length + t) % COLOURS.length], width: 1.5 },
      };
    }),
  );
  return {
    kind: 'figure',
    caption: 'Current of P = 1/2 over pulse width, by corner and temperature.',
    alt: 'I50 over pulse width for every corner and temperature',
    traces,
    layout: {
      xaxis: { title: { text: 'pulse width (ns)' }, type: 'log' },
      yaxis: { title: { text: 'I50 (uA)' } },
    },
  };
}
