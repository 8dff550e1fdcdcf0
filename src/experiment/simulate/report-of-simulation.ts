import type { AnalysisResult, SimulationResult } from '../../circuit/index.js';
import type {
  PlotlyTrace,
  ReportBlock,
  ReportDocument,
  ReportFigure,
  ReportSection,
} from '../../report/index.js';
import { PALETTE } from '../../report/palette.js';
import { formatQuantity } from '../../units/index.js';
import { VERSION } from '../node/version.js';
import { TITLES } from '../simulation-text.js';

/** Lines in one figure; more are not told apart, and are in the CSV files. */
const MOST_LINES = 12;

/** Points of one line; longer ones keep the extremes of each stretch. */
const MOST_POINTS = 2000;

const COLOURS = Object.values(PALETTE);

/** The waveform report: operating points as tables, sweeps as figures, measures, warnings. */
export function reportOfSimulation(result: SimulationResult, file: string): ReportDocument {
  const { title, analyses, measures, diagnostics } = result;
  const kinds = [...new Set(analyses.map(({ kind }) => kind))];
  const failed = measures.filter(({ value }) => value === undefined).length;
  const [{ statistics }] = analyses.length > 0 ? analyses : [{ statistics: undefined }];
  return {
    title: title || file,
    answer: `**${analyses.length}** ${analyses.length === 1 ? 'analysis' : 'analyses'} of \`${file}\`: ${kinds.map((kind) => TITLES[kind]).join(', ')}.${failed > 0 ? ` ${failed} of ${measures.length} measures found nothing.` : ''}`,
    facts: statistics
      ? [
          { label: 'unknowns', value: String(statistics.unknowns) },
          { label: 'points', value: String(sum(analyses, (a) => a.statistics.points)) },
          {
            label: 'Newton iterations',
            value: String(sum(analyses, (a) => a.statistics.newtonIterations)),
          },
          { label: 'solver', value: statistics.solver === 'ldl' ? 'L D L^T' : 'LU' },
        ]
      : [],
    sections: [
      ...kinds.map((kind) =>
        sectionOf(
          kind,
          analyses.filter((analysis) => analysis.kind === kind),
        ),
      ),
      ...(measures.length > 0 ? [measureSection(result)] : []),
      ...(diagnostics.length > 0
        ? [
            {
              id: 'diagnostics',
              title: 'Diagnostics',
              blocks: diagnostics.map(({ severity, what, where, mend }): ReportBlock => ({
                kind: 'note',
                level: severity === 'note' ? 'info' : 'warning',
                text: `${where?.line === undefined ? '' : `line ${where.line}: `}${what}${mend === undefined ? '' : ` (${mend})`}`,
              })),
            },
          ]
        : []),
    ],
    footer: `Spinbar ${VERSION}`,
  };
}

const sum = (list: readonly AnalysisResult[], of: (one: AnalysisResult) => number): number =>
  list.reduce((total, one) => total + of(one), 0);

function sectionOf(
  kind: AnalysisResult['kind'],
  analyses: readonly AnalysisResult[],
): ReportSection {
  const [first] = analyses;
  const groups = [
    { unit: 'V', title: 'voltage', names: first.names.filter((name) => name.startsWith('v(')) },
    { unit: 'A', title: 'current', names: first.names.filter((name) => name.startsWith('i(')) },
    { unit: '', title: 'other', names: first.names.filter((name) => !/^[vi]\(/.test(name)) },
  ].filter(({ names }) => names.length > 0);
  const blocks = first.sweep
    ? groups.flatMap((group) => figures(analyses, group))
    : [pointTable(analyses)];
  return { id: kind, title: capital(TITLES[kind]), blocks };
}

const capital = (text: string): string => text[0].toUpperCase() + text.slice(1);

const stepLabel = ({ step }: AnalysisResult): string =>
  Object.entries(step ?? {})
    .map(([name, value]) => `${name} = ${Number(value.toPrecision(6))}`)
    .join(', ');

/** One row for each vector, one column for each step. */
function pointTable(analyses: readonly AnalysisResult[]): ReportBlock {
  const shown = analyses.slice(0, MOST_LINES);
  return {
    kind: 'table',
    caption: `Values of ${analyses.length === 1 ? 'the only point' : `the first ${shown.length} of ${analyses.length} points`}`,
    columns: ['vector', ...shown.map((analysis) => stepLabel(analysis) || 'value')],
    rows: shown[0].names.map((name, column) => [
      name,
      ...shown.map(({ values }) => {
        const unit = name.startsWith('v(') ? 'V' : name.startsWith('i(') ? 'A' : '';
        return formatQuantity(values.data[column], unit, 6);
      }),
    ]),
    folded: shown[0].names.length > 40,
  };
}

interface VectorGroup {
  readonly unit: string;
  readonly title: string;
  readonly names: readonly string[];
}

/** Lines of a group of vectors over the sweep, of all steps; magnitude and phase for ac. */
function figures(analyses: readonly AnalysisResult[], group: VectorGroup): ReportFigure[] {
  const complex = analyses[0].imaginary !== undefined;
  const parts = complex
    ? [
        {
          axis: `${group.title} (dB)`,
          of: (re: number, im: number) => 20 * Math.log10(Math.hypot(re, im)),
        },
        {
          axis: 'phase (degrees)',
          of: (re: number, im: number) => (Math.atan2(im, re) * 180) / Math.PI,
        },
      ]
    : [
        {
          axis: group.unit ? `${group.title} (${group.unit})` : group.title,
          of: (re: number) => re,
        },
      ];
  const names = group.names.slice(0, Math.max(1, Math.floor(MOST_LINES / analyses.length)));
  const steps = analyses.slice(0, MOST_LINES);
  const all = group.names.length * analyses.length;
  const lines = names.length * steps.length;
  const sweep = analyses[0].sweep!.name;
  return parts.map(({ axis, of }) => ({
    kind: 'figure',
    caption: `${capital(axis)} against ${sweep}${lines < all ? `: ${lines} of ${all} lines, all in the CSV files` : ''}`,
    alt: `${axis} of ${names.join(', ')} against ${sweep}`,
    traces: steps.flatMap((analysis) =>
      names.map((name, k) =>
        traceOf(analysis, name, k + names.length * steps.indexOf(analysis), of),
      ),
    ),
    layout: {
      xaxis: { title: { text: axisOf(sweep) }, ...(sweep === 'frequency' ? { type: 'log' } : {}) },
      yaxis: { title: { text: axis } },
    },
  }));
}

const axisOf = (sweep: string): string =>
  sweep === 'time' ? 'time (s)' : sweep === 'frequency' ? 'frequency (Hz)' : sweep;

function traceOf(
  analysis: AnalysisResult,
  name: string,
  index: number,
  of: (re: number, im: number) => number,
): PlotlyTrace {
  const { values, imaginary, names, sweep } = analysis;
  const width = names.length;
  const column = names.indexOf(name);
  const y = Float64Array.from(sweep!.values, (_, row) =>
    of(values.data[row * width + column], imaginary?.data[row * width + column] ?? 0),
  );
  const kept = thinned(y);
  const label = stepLabel(analysis);
  return {
    ...{ type: 'scatter', mode: 'lines', name: label ? `${name}, ${label}` : name },
    x: kept.map((row) => Number(sweep!.values[row].toPrecision(8))),
    y: kept.map((row) => Number(y[row].toPrecision(6))),
    line: { color: COLOURS[index % COLOURS.length], width: 1.5 },
  };
}

/** Rows to draw: all, or the smallest and largest of each stretch with both ends. */
function thinned(y: Float64Array): number[] {
  if (y.length <= MOST_POINTS) return Array.from(y, (_, row) => row);
  const kept = new Set([0, y.length - 1]);
  const stretches = MOST_POINTS / 2;
  for (let s = 0; s < stretches; s++) {
    const from = Math.floor((s * y.length) / stretches);
    const to = Math.floor(((s + 1) * y.length) / stretches);
    let low = from;
    let high = from;
    for (let row = from; row < to; row++) {
      if (y[row] < y[low]) low = row;
      if (y[row] > y[high]) high = row;
    }
    kept.add(low).add(high);
  }
  return [...kept].sort((a, b) => a - b);
}

function measureSection({ measures }: SimulationResult): ReportSection {
  return {
    id: 'measures',
    title: 'Measures',
    blocks: [
      {
        kind: 'table',
        caption: 'Results of .measure',
        columns: ['measure', 'step', 'value'],
        rows: measures.map(({ name, value, failure, step }) => [
          name,
          Object.entries(step ?? {})
            .map(([key, at]) => `${key} = ${at}`)
            .join(', '),
          value === undefined ? `failed: ${failure ?? 'found nothing'}` : value.toPrecision(9),
        ]),
        folded: measures.length > 60,
      },
    ],
  };
}
