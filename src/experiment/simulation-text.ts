import type { AnalysisResult, SimulationResult } from '../circuit/index.js';
import { csv } from '../report/index.js';
import { formatQuantity } from '../units/index.js';
import { textTable } from './text-table.js';

/** Analyses in words. */
export const TITLES: Readonly<Record<AnalysisResult['kind'], string>> = {
  op: 'operating point',
  dc: 'dc sweep',
  ac: 'small-signal sweep',
  tran: 'transient',
  tf: 'transfer function',
  sens: 'sensitivity',
  noise: 'noise',
};

/** A simulation's results as plain text: single points in full, sweeps by first and last value. */
export function simulationText({ title, analyses, measures }: SimulationResult): string {
  const parts = [title, ...analyses.map(analysisText)];
  if (measures.length > 0) {
    const rows = measures.map(({ name, value, failure }) => [
      name,
      value === undefined ? (failure ?? 'failed') : value.toPrecision(9),
    ]);
    parts.push(textTable(['measure', 'value'], rows));
  }
  return parts.join('\n\n');
}

function analysisText(analysis: AnalysisResult): string {
  const { kind, names, sweep, step } = analysis;
  const points = analysis.values.shape[0];
  const steps = Object.entries(step ?? {}).map(([name, value]) => `${name} = ${value}`);
  const heading = [TITLES[kind], ...steps].join(', ');
  if (!sweep) {
    const rows = names.map((name, column) => [name, shown(name, valueAt(analysis, 0, column))]);
    return `${heading}\n${textTable(['vector', 'value'], rows)}`;
  }
  const last = points - 1;
  const rows = names.map((name, column) => [
    name,
    entry(analysis, name, 0, column),
    entry(analysis, name, last, column),
  ]);
  const range = `${points} points, ${sweep.name} from ${sweep.values[0]} to ${sweep.values[last]}`;
  return (
    `${heading}: ${range}\n${textTable(['vector', 'first', 'last'], rows)}\n` +
    'all points: --json, or --out DIR for CSV'
  );
}

/** All points as CSV: the sweep, then the vectors; complex ones as two columns. */
export function analysisCsv(analysis: AnalysisResult): string {
  const { names, sweep, outerSweeps = [], imaginary } = analysis;
  const columns = [
    ...outerSweeps.map(({ name }) => name),
    ...(sweep ? [sweep.name] : []),
    ...names.flatMap((name) => (imaginary ? [`re ${name}`, `im ${name}`] : [name])),
  ];
  const points = analysis.values.shape[0];
  const rows = Array.from({ length: points }, (_, row) => [
    ...outerSweeps.map(({ values }) => values[row]),
    ...(sweep ? [sweep.values[row]] : []),
    ...names.flatMap((_name, column) =>
      imaginary
        ? [valueAt(analysis, row, column), imaginary.data[row * names.length + column]]
        : [valueAt(analysis, row, column)],
    ),
  ]);
  return csv(columns, rows);
}

const valueAt = ({ values }: AnalysisResult, row: number, column: number): number =>
  values.data[row * values.shape[1] + column];

/** A value with its unit; of an ac analysis its magnitude and phase. */
function entry(analysis: AnalysisResult, name: string, row: number, column: number): string {
  const re = valueAt(analysis, row, column);
  if (!analysis.imaginary) return shown(name, re);
  const im = analysis.imaginary.data[row * analysis.names.length + column];
  const degrees = (Math.atan2(im, re) * 180) / Math.PI;
  return `${shown(name, Math.hypot(re, im))} at ${degrees.toFixed(2)} deg`;
}

const shown = (name: string, value: number): string =>
  formatQuantity(value, name.startsWith('i(') ? 'A' : name.startsWith('v(') ? 'V' : '', 6);
