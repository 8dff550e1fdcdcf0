import { invalidInput, type Diagnostic, type SourceLocation } from '../errors/index.js';
import { hashOf } from '../formats/sha256.js';
import { wilsonInterval } from '../numerics/wilson.js';
import { readQuantity } from '../units/index.js';
import { fitSwitchingCurve, type ModelChoice } from './fit-curve.js';
import { restrictToRise } from './monotonicity.js';
import type { SwitchingCurve, SwitchingPoint } from './switching-curve.js';

type MeasuredPoint = Pick<SwitchingPoint, 'currentAmpere' | 'trials' | 'switched'>;

export interface MeasuredData {
  /** Ordered by current; rows of equal current are added up. */
  readonly points: readonly MeasuredPoint[];
  /** Warnings that leave the data usable. */
  readonly warnings: readonly Diagnostic[];
}

const COLUMNS = ['current', 'trials', 'switched'] as const;
type Column = (typeof COLUMNS)[number];

/**
 * Reads and checks measured switching counts: CSV with a header that names `current`, `trials` and
 * `switched` in any order, the current's unit in brackets or after an underscore (`current (uA)`,
 * `current_uA`; ampere without), one row a current, comments after `#`. Further columns are ignored.
 * Throws `SpinbarError` (exit 3) with every faulty row at once.
 */
export function readMeasuredData(text: string, file: string): MeasuredData {
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, text: line.replace(/#.*/, '').trim() }))
    .filter((line) => line.text !== '');
  if (lines.length === 0) throw fault(file, undefined, 'the file is empty', 'write a header line');
  const header = readHeader(lines[0], file);
  const errors: Omit<Diagnostic, 'severity'>[] = [];
  const rows: MeasuredPoint[] = [];
  for (const line of lines.slice(1)) {
    const row = readRow(line, header, file);
    if ('what' in row) errors.push(row);
    else rows.push(row);
  }
  if (errors.length > 0) throw invalidInput(errors);
  const points = merged(rows);
  return { points, warnings: warningsOf(points, rows.length, file) };
}

export interface MeasuredCurveOptions {
  readonly name: string;
  readonly temperatureKelvin: number;
  readonly model?: ModelChoice;
  readonly nonMonotone?: 'restrict' | 'refuse';
  readonly version?: string;
}

/** A switching curve from measured counts, through the same fit as a calibration. */
export function measuredCurve(
  { points, warnings }: MeasuredData,
  {
    name,
    temperatureKelvin,
    model = 'auto',
    nonMonotone = 'restrict',
    version = 'unknown',
  }: MeasuredCurveOptions,
): SwitchingCurve {
  const notes = warnings.map(({ what }) => what);
  const kept = restrictToRise(points, { nonMonotone, notes });
  const { fit, alternatives } = fitSwitchingCurve(kept, { model });
  const dataHash = hashOf(points);
  return {
    format: 'spinbar.switching-curve',
    version: 1,
    name,
    device: { name, hash: dataHash },
    protocol: { name: 'measured', hash: dataHash, kind: 'measured' },
    temperatureKelvin,
    seed: 0,
    method: 'measured',
    points: kept.map((point) => ({
      ...point,
      probability: point.switched / point.trials,
      interval: wilsonInterval(point.switched, point.trials),
    })),
    fit,
    currentRangeAmpere: [kept[0].currentAmpere, kept[kept.length - 1].currentAmpere],
    alternatives,
    notes,
    provenance: { version, inputHash: hashOf({ points, model, nonMonotone }) },
  };
}

interface Line {
  readonly number: number;
  readonly text: string;
}

interface Header {
  readonly index: Readonly<Record<Column, number>>;
  /** Ampere per unit of the current column. */
  readonly ampere: number;
  readonly width: number;
}

function readHeader(line: Line, file: string): Header {
  const cells = cellsOf(line.text);
  const names = cells.map((cell) => cell.toLowerCase().split(/[\s_([]/)[0]);
  const missing = COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw fault(
      file,
      line,
      `the header has no column ${missing.map((name) => `"${name}"`).join(', ')}`,
      'begin the file with a line such as `current (uA),trials,switched`',
      `it reads: ${line.text}`,
    );
  const index = {
    current: names.indexOf('current'),
    trials: names.indexOf('trials'),
    switched: names.indexOf('switched'),
  };
  const unit = /[\s_([]+([^\s_)\]]+)/.exec(cells[index.current])?.[1];
  const ampere = unit === undefined ? 1 : readQuantity(`1 ${unit}`, 'current', '"1 uA"');
  if (typeof ampere !== 'number')
    throw fault(
      file,
      line,
      `"${unit}" is not a unit of current`,
      'write `current (uA)`',
      ampere.why,
    );
  return { index, ampere, width: cells.length };
}

function readRow(
  line: Line,
  { index, ampere, width }: Header,
  file: string,
): MeasuredPoint | Omit<Diagnostic, 'severity'> {
  const cells = cellsOf(line.text);
  const problem = (what: string, why: string, mend: string) => ({
    code: 'calibration.measured-data',
    what,
    why,
    mend,
    where: place(file, line),
  });
  if (cells.length !== width)
    return problem(
      `${cells.length} cells where the header has ${width}`,
      'every row needs as many cells as the header',
      'add or remove commas',
    );
  const numberAt = (column: Column): number =>
    cells[index[column]] === '' ? NaN : Number(cells[index[column]]);
  const [current, trials, switched] = COLUMNS.map(numberAt);
  if (!Number.isFinite(current))
    return problem(`"${cells[index.current]}" is not a current`, 'want a number', 'mend the cell');
  const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
  if (!isCount(trials) || !isCount(switched) || trials === 0)
    return problem(
      `${cells[index.switched]} of ${cells[index.trials]} is not a pair of counts`,
      'the fit weighs every point by its whole number of trials',
      'give counts, not shares: switched = share x trials',
    );
  if (switched > trials)
    return problem(
      `${switched} of ${trials} trials switched`,
      'more switched than were made',
      'exchange the columns, or mend the row',
    );
  return { currentAmpere: current * ampere, trials, switched };
}

function merged(rows: readonly MeasuredPoint[]): MeasuredPoint[] {
  const byCurrent = new Map<number, MeasuredPoint>();
  for (const row of rows) {
    const before = byCurrent.get(row.currentAmpere);
    byCurrent.set(row.currentAmpere, {
      ...row,
      trials: row.trials + (before?.trials ?? 0),
      switched: row.switched + (before?.switched ?? 0),
    });
  }
  return [...byCurrent.values()].sort((a, b) => a.currentAmpere - b.currentAmpere);
}

function warningsOf(points: readonly MeasuredPoint[], rows: number, file: string): Diagnostic[] {
  const warnings: Diagnostic[] = [];
  const warn = (what: string, mend: string): void => {
    warnings.push({
      severity: 'warning',
      code: 'calibration.measured-data',
      what,
      mend,
      where: { file },
    });
  };
  const shares = points.map(({ switched, trials }) => switched / trials);
  if (rows > points.length)
    warn(
      `${rows - points.length} row(s) repeat a current; their counts were added up`,
      'fine if meant',
    );
  if (points.some(({ currentAmpere }) => Math.abs(currentAmpere) > 0.1))
    warn('currents above 0.1 A', 'name the unit in the header: `current (uA)`');
  if (Math.min(...shares) > 0.1 || Math.max(...shares) < 0.9)
    warn(
      `P covers only ${Math.min(...shares).toFixed(2)} .. ${Math.max(...shares).toFixed(2)}; beyond, the curve extrapolates`,
      'measure at further currents',
    );
  const wide = points.filter(({ switched, trials }) => {
    const [low, high] = wilsonInterval(switched, trials);
    return high - low > 0.2;
  }).length;
  if (wide > 0)
    warn(`${wide} point(s) have a 95 % interval wider than 0.2`, 'measure more trials there');
  return warnings;
}

/** Cells separated by comma, semicolon or tab. */
const cellsOf = (text: string): string[] => text.split(/[,;\t]/).map((cell) => cell.trim());

const place = (file: string, line: Line | undefined): SourceLocation =>
  line ? { file, line: line.number, column: 1, sourceLine: line.text } : { file };

const fault = (file: string, line: Line | undefined, what: string, mend: string, why?: string) =>
  invalidInput({
    code: 'calibration.measured-data',
    what,
    mend,
    ...(why === undefined ? {} : { why }),
    where: place(file, line),
  });
