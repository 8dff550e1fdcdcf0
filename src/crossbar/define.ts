import { invalidInput, type Diagnostic } from '../errors/index.js';
import { checkCells } from './cells/check.js';
import { floatingLines } from './connectivity.js';
import { flatMatrix } from './matrix.js';
import { readoutTerms } from './readout.js';
import type { Crossbar, CrossbarOptions } from './spec.js';

type Finding = Omit<Diagnostic, 'severity'>;

/**
 * Builds and checks a crossbar. Defaults: ideal wires, drivers and loads; driven from the left, sensed
 * at the bottom, with a wire segment at each end; one output a
 * column, linear cells, inputs on the word lines.
 *
 * Throws invalidInput with every finding: negative or NaN values, shapes that disagree, lines whose
 * voltage nothing decides.
 */
export function defineCrossbar({
  conductance,
  wire = {},
  driver = 0,
  load = 0,
  driveSide = 'left',
  senseSide = 'bottom',
  endSegments = true,
  cell = { kind: 'linear' },
  topology = { kind: 'standard' },
  readout = { kind: 'columns' },
}: CrossbarOptions): Crossbar {
  const { rows, columns, data } = flatMatrix(conductance, 'conductance');
  const crossbar: Crossbar = {
    rows,
    columns,
    conductance: data,
    wire: { wordLine: wire.wordLine ?? 0, bitLine: wire.bitLine ?? 0 },
    driver: perLine(driver),
    load: perLine(load),
    driveSide,
    senseSide,
    endSegments,
    cell,
    topology,
    readout,
  };
  checkCrossbar(crossbar);
  return crossbar;
}

const perLine = (value: number | ArrayLike<number>): number | Float64Array =>
  typeof value === 'number' ? value : Float64Array.from(value);

/** Throws invalidInput unless every number is allowed and every line's voltage is decided. */
export function checkCrossbar(crossbar: Crossbar): void {
  const findings = [
    ...checkConductance(crossbar),
    ...checkWire('wire.wordLine', crossbar.wire.wordLine),
    ...checkWire('wire.bitLine', crossbar.wire.bitLine),
    ...checkEnds('driver', crossbar.driver, crossbar.rows, 'word line'),
    ...checkEnds('load', crossbar.load, crossbar.columns, 'bit line'),
    ...checkCells(crossbar),
  ];
  if (findings.length > 0) throw invalidInput(findings);
  readoutTerms(crossbar.readout, crossbar.columns);
  const floating = floatingLines(crossbar);
  if (floating.length > 0) throw invalidInput(floating.map(floatingFinding));
}

function checkConductance({ rows, columns, conductance }: Crossbar): Finding[] {
  if (conductance.length !== rows * columns) {
    return [
      {
        code: 'crossbar.shape',
        what: `invalid conductance: ${conductance.length} entries do not fill ${rows} x ${columns}`,
        mend: 'Give one conductance (S) for each word line and bit line, row-major.',
      },
    ];
  }
  let bad = 0;
  let first = -1;
  for (let k = 0; k < conductance.length; k += 1) {
    if (conductance[k] >= 0 && conductance[k] < Infinity) continue;
    if (first < 0) first = k;
    bad += 1;
  }
  if (bad === 0) return [];
  const place = `(${Math.floor(first / columns)}, ${first % columns})`;
  return [
    {
      code: 'crossbar.conductance',
      what: `invalid conductance at ${place}: ${conductance[first]}${bad > 1 ? `, and ${bad - 1} more` : ''}`,
      why: 'A cell is a passive resistor: its conductance is finite and not negative.',
      mend: 'Use 0 for an open cell and a large finite value, such as 1e-2 S, for a short.',
    },
  ];
}

function checkWire(keyPath: string, value: number): Finding[] {
  if (value >= 0 && value < Infinity) return [];
  return [
    {
      code: 'crossbar.wire-resistance',
      what: `invalid ${keyPath}: ${value}`,
      why: 'The resistance of a wire segment is finite and not negative (ohm).',
      mend: 'Use 0 for ideal wires; a broken wire is a cell with conductance 0.',
    },
  ];
}

function checkEnds(
  name: string,
  value: number | Float64Array,
  lines: number,
  line: string,
): Finding[] {
  const code = `crossbar.${name}-resistance`;
  if (typeof value !== 'number' && value.length !== lines) {
    const what = `invalid ${name}: ${value.length} values for ${lines} ${line}s`;
    return [{ code, what, mend: `Give one value (ohm) for all, or one for each ${line}.` }];
  }
  const values = typeof value === 'number' ? [value] : [...value];
  return values.flatMap((resistance, index) =>
    resistance >= 0
      ? []
      : {
          code,
          what: `invalid ${name}${values.length > 1 ? ` of ${line} ${index}` : ''}: ${resistance}`,
          mend: 'Give ohms, not negative: 0 is ideal, Infinity disconnects the line.',
        },
  );
}

const floatingFinding = (line: string): Finding => ({
  code: 'crossbar.floating-line',
  what: `${line} floats`,
  why: 'No driver, load or conducting cell ties it to a known voltage, so its voltage is undefined.',
  mend: 'Give it a finite driver or load, or a cell with conductance above 0 to a line that has one.',
});
