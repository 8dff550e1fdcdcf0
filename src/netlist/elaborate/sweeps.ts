import type { SweepDescription, SweepTarget } from '../analysis-description.js';
import { findName } from '../name-table.js';
import {
  directiveError,
  evaluateOn,
  looksNumeric,
  numberOf,
  peek,
  peekWord,
  readField,
  readNumber,
  readWord,
  type DirectiveLine,
} from './directive-line.js';
import { findModel } from './models.js';
import { flatReference } from './names.js';

type Spacing = 'lin' | 'dec' | 'oct' | 'list';
const SPACINGS = new Set(['lin', 'dec', 'oct', 'list']);
const MOST_POINTS = 10_000_000;

const takeSpacing = (line: DirectiveLine): Spacing | undefined => {
  const word = peekWord(line);
  if (word === undefined || !SPACINGS.has(word)) return undefined;
  line.next += 1;
  return word as Spacing;
};

/**
 * One loop of `.dc` or `.step`, in the dialects of SPICE (`V1 0 5 1`), LTspice (`param R list 1 2`,
 * `dec param R 1 1k 10`) and Xyce (`dec V1 1 1k 10`, `R1 list 1 2`, `data=table`).
 */
export function readSweep(line: DirectiveLine): SweepDescription {
  const { place } = line.directive;
  const table = peek(line);
  if (table?.key === 'data') {
    line.next += 1;
    return { ...dataSweep(line, table.text.toLowerCase()), place };
  }
  const before = takeSpacing(line);
  const named = readTarget(line);
  const spacing = before ?? takeSpacing(line) ?? 'lin';
  return { targets: [named.target], values: [readValues(line, spacing)], name: named.name, place };
}

function readTarget(line: DirectiveLine): { name: string; target: SweepTarget } {
  const { frame } = line;
  const field = readField(line, 'what to sweep');
  let name = field.text.toLowerCase();
  if (name === 'temp' || name === 'temper')
    return { name: 'temp', target: { kind: 'temperature' } };
  if (name === 'param') {
    const named = readField(line, 'the name of the parameter');
    name = named.text.toLowerCase();
    return { name, target: parameterTarget(line, name, named.place) };
  }
  // LTspice: `.step npn 2n2222(vaf) 50 100 25`; parentheses separate, so the parameter is a field.
  const model = findModel(frame, name) ?? findModel(frame, peekWord(line) ?? '');
  if (model) {
    if (findModel(frame, name) === undefined) line.next += 1;
    const parameter = readWord(line, 'the parameter of the model');
    return {
      name: `${model.name}(${parameter})`,
      target: { kind: 'model', name: model.name, parameter },
    };
  }
  const { device, parameter } = splitDevice(name);
  const isParameter = frame.scope.parameters.has(name);
  const isDevice = findName(frame.block.deviceNames, device) >= 0;
  if (isParameter && !isDevice) return { name, target: { kind: 'parameter', name } };
  if (!isDevice && !/[.:]/.test(name)) {
    directiveError(line, {
      code: 'unknown-device',
      what: `"${name}" is neither a device nor a parameter`,
      place: field.place,
      length: field.text.length,
    });
  }
  const flat = flatReference(frame, { name: device, place: field.place }, line.directive.keyword);
  return {
    name,
    target: { kind: 'device', name: flat, ...(parameter === undefined ? {} : { parameter }) },
  };
}

function parameterTarget(line: DirectiveLine, name: string, place: number): SweepTarget {
  if (!line.frame.scope.parameters.has(name)) {
    directiveError(line, {
      code: 'unknown-parameter',
      what: `parameter "${name}" is not defined`,
      place,
      length: name.length,
      mend: `define it: .param ${name}=...`,
    });
  }
  return { kind: 'parameter', name };
}

/** `r1:r` (Xyce) and `@r1[r]` name a parameter of a device. */
function splitDevice(name: string): { device: string; parameter?: string } {
  const match = /^@(.+)\[(\w+)\]$/.exec(name) ?? /^(.+):([a-z_]\w*)$/.exec(name);
  if (!match || /^[a-z]\d*$/.test(match[2]) === false) {
    return match ? { device: match[1], parameter: match[2] } : { device: name };
  }
  return ['r', 'c', 'l'].includes(match[2])
    ? { device: match[1], parameter: match[2] }
    : { device: name };
}

function readValues(line: DirectiveLine, spacing: Spacing): number[] {
  if (spacing === 'list') return readList(line);
  const start = readNumber(line, 'the start value');
  const field = peek(line);
  // LTspice allows fewer numbers only in lists; one number alone is a list of one in Xyce's .step.
  if (!field)
    return directiveError(line, {
      code: 'missing-value',
      what: `${line.directive.keyword} lacks the stop value`,
    });
  const stop = readNumber(line, 'the stop value');
  const third = readNumber(line, spacing === 'lin' ? 'the step' : 'the number of points');
  return spacing === 'lin'
    ? linearValues(line, start, stop, third)
    : logarithmicValues(line, start, stop, third, spacing === 'dec' ? 10 : 2);
}

function readList(line: DirectiveLine): number[] {
  const values: number[] = [];
  for (let field = peek(line); field && looksNumericOrName(line); field = peek(line)) {
    line.next += 1;
    values.push(numberOf(line, field));
  }
  if (values.length === 0)
    directiveError(line, { code: 'missing-value', what: 'the list of values is empty' });
  return values;
}

function looksNumericOrName(line: DirectiveLine): boolean {
  const field = peek(line);
  if (!field || field.key !== undefined) return false;
  return looksNumeric(field) || line.frame.scope.parameters.has(field.text.toLowerCase());
}

/** start, start + step, ... up to stop; the last point within a thousandth of a step counts. */
export function linearValues(
  line: DirectiveLine,
  start: number,
  stop: number,
  step: number,
): number[] {
  if (start === stop) return [start];
  const count = (stop - start) / step;
  if (step === 0 || !Number.isFinite(count) || count > MOST_POINTS) {
    directiveError(line, {
      code: 'sweep',
      what: `a step of ${step} from ${start} to ${stop} never arrives`,
      mend: 'give a step other than 0',
    });
  }
  // As in SPICE, the sign of the step follows the direction.
  const signed = count < 0 ? -step : step;
  const last = Math.floor(Math.abs(count) + 1e-3);
  return Array.from({ length: last + 1 }, (_, k) => start + k * signed);
}

/** `perInterval` points a decade (base 10) or octave (base 2), from start to stop. */
export function logarithmicValues(
  line: DirectiveLine,
  start: number,
  stop: number,
  perInterval: number,
  base: number,
): number[] {
  if (!(start > 0) || !(stop > 0) || !(perInterval >= 1) || stop < start) {
    directiveError(line, {
      code: 'sweep',
      what: `a logarithmic sweep needs 0 < start <= stop and one point or more, not ${start}, ${stop}, ${perInterval}`,
    });
  }
  const perStep = Math.round(perInterval);
  const last = Math.floor((Math.log(stop / start) / Math.log(base)) * perStep + 1e-6);
  if (last > MOST_POINTS)
    directiveError(line, { code: 'sweep', what: 'the sweep has too many points' });
  return Array.from({ length: last + 1 }, (_, k) => start * base ** (k / perStep));
}

/** The loop of a `.data` table: all its columns together. */
export function dataSweep(line: DirectiveLine, name: string): Omit<SweepDescription, 'place'> {
  const { frame } = line;
  const table = frame.elaboration.netlist.dataTables.get(name);
  if (!table) {
    return directiveError(line, {
      code: 'unknown-data',
      what: `there is no .data table "${name}"`,
      mend: `add .data ${name} ... .enddata`,
    });
  }
  const { names, values } = table;
  const columns = names.map((_, column) =>
    values.filter((_value, k) => k % names.length === column).map((one) => evaluateOn(line, one)),
  );
  const targets = names.map((column): SweepTarget => {
    if (column === 'temp') return { kind: 'temperature' };
    const { device, parameter } = splitDevice(column);
    if (!frame.scope.parameters.has(column) && findName(frame.block.deviceNames, device) >= 0) {
      const flat = flatReference(frame, { name: device, place: table.place }, '.data');
      return { kind: 'device', name: flat, ...(parameter === undefined ? {} : { parameter }) };
    }
    return column === 'freq' || column === 'hertz'
      ? { kind: 'parameter', name: column }
      : parameterTarget(line, column, table.place);
  });
  return { targets, values: columns, name };
}
