import type { ReportDocument, ReportFigure } from '../../report/index.js';
import { PALETTE } from '../../report/palette.js';
import { formatQuantity } from '../../units/index.js';
import { VERSION } from '../node/version.js';
import type { TrajectoryColumns, TrajectorySummary } from './trajectory-file.js';

type Segments = readonly { readonly phase: string; readonly until: number }[];

/** The report of a trajectory: the sphere from three sides, components, energy, resistance. */
export function reportOfTrajectory(
  summary: TrajectorySummary,
  columns: TrajectoryColumns,
  segments: Segments,
): ReportDocument {
  const { end, statistics, temperatureKelvin } = summary;
  const cold = temperatureKelvin === 0;
  return {
    title: `${summary.device}: one trajectory`,
    answer: `Under ${summary.protocol} at ${formatQuantity(summary.currentAmpere, 'A')} the magnet ends **${summary.switched ? 'switched' : 'not switched'}**, m = [${end.map((v) => v.toFixed(3)).join(', ')}].${cold ? '' : ' One draw of the thermal noise: another seed may end elsewhere.'}`,
    facts: [
      { label: 'method', value: summary.method },
      { label: 'temperature', value: `${temperatureKelvin} K` },
      { label: 'duration', value: formatQuantity(summary.durationSeconds, 's') },
      { label: 'steps', value: String(statistics.steps) },
      {
        label: '| |m| - 1 |',
        value: statistics.largestNormError.toExponential(1),
        note: 'largest, before scaling',
      },
      ...(cold
        ? [
            {
              label: 'energy rise',
              value: `${statistics.largestEnergyRise.toExponential(1)} T`,
              note: 'largest in a step without torque',
            },
          ]
        : []),
    ],
    sections: [
      { id: 'sphere', title: 'On the sphere', blocks: [sphereFigure(columns)] },
      {
        id: 'time',
        title: 'In time',
        blocks: [
          timeFigure(columns, segments, {
            caption: 'Components of m; dotted lines end the segments of the protocol.',
            title: 'm',
            lines: ['m_x', 'm_y', 'm_z'].map((name, c) => ({
              name,
              values: Array.from(columns.times, (_, k) => columns.m[3 * k + c]),
            })),
          }),
          timeFigure(columns, segments, {
            caption: 'Energy of the anisotropies and fields; torques by currents have none.',
            title: 'energy (zJ)',
            lines: [{ name: 'energy', values: Array.from(columns.energyJoule, (e) => e * 1e21) }],
          }),
          timeFigure(columns, segments, {
            caption: 'Resistance of the junction at low bias, conductance linear in the cosine.',
            title: 'resistance (kohm)',
            lines: [
              { name: 'resistance', values: Array.from(columns.resistanceOhm, (r) => r / 1e3) },
            ],
          }),
        ],
      },
    ],
    footer: `Spinbar ${VERSION}`,
  };
}

const COLOURS = [PALETTE.blue, PALETTE.orange, PALETTE.green];
const round = (value: number): number => Number(value.toPrecision(5));

function timeFigure(
  { times }: TrajectoryColumns,
  segments: Segments,
  {
    caption,
    title,
    lines,
  }: {
    caption: string;
    title: string;
    lines: readonly { name: string; values: readonly number[] }[];
  },
): ReportFigure {
  const x = Array.from(times, (t) => round(t * 1e9));
  return {
    kind: 'figure',
    caption,
    alt: `${title} from ${round(lines[0].values[0])} to ${round(lines[0].values[lines[0].values.length - 1])}`,
    height: 300,
    traces: lines.map(({ name, values }, i) => ({
      ...{ type: 'scatter', mode: 'lines', name, x, y: values.map(round) },
      line: { color: COLOURS[i], width: 1.5 },
    })),
    layout: {
      xaxis: { title: { text: 'time (ns)' } },
      yaxis: { title: { text: title } },
      shapes: segments.slice(0, -1).map(({ until }) => ({
        ...{ type: 'line', yref: 'paper', y0: 0, y1: 1, x0: until * 1e9, x1: until * 1e9 },
        line: { dash: 'dot', width: 1, color: '#888' },
      })),
    },
  };
}

/** Orthographic views along z, x and y side by side: full lines on the near side, faint on the far one. */
function sphereFigure({ m, times }: TrajectoryColumns): ReportFigure {
  const views = [
    { across: 0, up: 1, depth: 2, label: 'from +z: m_x, m_y' },
    { across: 1, up: 2, depth: 0, label: 'from +x: m_y, m_z' },
    { across: 0, up: 2, depth: 1, label: 'from -y: m_x, m_z' },
  ];
  const circle = Array.from({ length: 73 }, (_, k) => (2 * Math.PI * k) / 72);
  const traces = views.flatMap(({ across, up, depth, label }, v) => {
    const shift = 2.4 * v;
    const towards = v === 2 ? -1 : 1;
    const side = (near: boolean) =>
      Array.from(times, (_, k) =>
        towards * m[3 * k + depth] >= 0 === near
          ? [round(shift + m[3 * k + across]), round(m[3 * k + up])]
          : [null, null],
      );
    const line = (near: boolean) => ({
      ...{ type: 'scatter', mode: 'lines', name: label, showlegend: false },
      x: side(near).map(([x]) => x),
      y: side(near).map(([, y]) => y),
      line: { color: near ? PALETTE.blue : '#9db7d5', width: near ? 1.5 : 1 },
    });
    const last = times.length - 1;
    return [
      {
        ...{ type: 'scatter', mode: 'lines', hoverinfo: 'skip', showlegend: false },
        x: circle.map((a) => round(shift + Math.cos(a))),
        y: circle.map((a) => round(Math.sin(a))),
        line: { color: '#888', width: 1 },
      },
      line(false),
      line(true),
      {
        ...{ type: 'scatter', mode: 'markers', showlegend: false, name: 'start, end' },
        x: [0, last].map((k) => round(shift + m[3 * k + across])),
        y: [0, last].map((k) => round(m[3 * k + up])),
        marker: { color: [PALETTE.green, PALETTE.vermilion], size: 8 },
      },
    ];
  });
  return {
    kind: 'figure',
    caption:
      'm on the unit sphere, seen from +z (m_x to the right, m_y up), from +x (m_y, m_z) and from -y (m_x, m_z). Faint: the far side. Green: start; red: end.',
    alt: 'Three orthographic views of the path of m on the sphere',
    traces,
    layout: {
      xaxis: { visible: false },
      yaxis: { visible: false, scaleanchor: 'x' },
      annotations: views.map(({ label }, v) => ({
        text: label,
        x: 2.4 * v,
        y: -1.15,
        showarrow: false,
      })),
    },
  };
}
