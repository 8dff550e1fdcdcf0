import type { Analysis, OutputVariable } from '../analysis-description.js';
import type { Directive } from '../deck.js';
import {
  directiveError,
  directiveLine,
  looksNumeric,
  peek,
  peekWord,
  readField,
  readNumber,
  readOptionalNumber,
  readWord,
  refuseRest,
  type DirectiveLine,
} from './directive-line.js';
import { flatReference } from './names.js';
import { outputVariable } from './outputs.js';
import { dataSweep, linearValues, logarithmicValues, readSweep } from './sweeps.js';
import { warn, type Frame } from './state.js';

/** How each analysis is written. */
export const ANALYSIS_USAGE: Readonly<Record<string, string>> = {
  '.op': '.op',
  '.dc': '.dc source start stop step [source2 start2 stop2 step2]',
  '.ac': '.ac dec|oct|lin points start stop',
  '.tran': '.tran tstep tstop [tstart [tmax]] [uic]',
  '.tf': '.tf v(node) source',
  '.sens': '.sens v(node)',
  '.noise': '.noise v(node) source dec|oct|lin points start stop',
};

/** Reads one analysis command. Frequencies in Hz, times in s. */
export function readAnalysis(frame: Frame, directive: Directive): Analysis {
  const { keyword, place } = directive;
  const line = directiveLine(frame, directive, ANALYSIS_USAGE[keyword]);
  switch (keyword) {
    case '.op':
      refuseRest(line);
      return { kind: 'op', place };
    case '.dc':
      return readDc(line);
    case '.ac': {
      const frequencies = readFrequencies(line);
      refuseRest(line);
      return { kind: 'ac', frequencies, place };
    }
    case '.tran':
      return readTransient(line);
    case '.tf': {
      const output = readOutput(line);
      const source = readSource(line);
      refuseRest(line);
      return { kind: 'tf', output, source, place };
    }
    case '.sens': {
      const output = readOutput(line);
      // `.sens v(out) ac ...` of ngspice: only the dc sensitivities are computed.
      if (peekWord(line) === 'ac') {
        warn(frame.elaboration, {
          code: 'ignored-argument',
          what: '.sens computes dc sensitivities; the ac part is ignored',
          place,
          length: keyword.length,
        });
        line.next = line.fields.length;
      } else if (peekWord(line) === 'dc') line.next += 1;
      refuseRest(line);
      return { kind: 'sens', output, place };
    }
    default: {
      const output = readOutput(line);
      const source = readSource(line);
      const frequencies = readFrequencies(line);
      readOptionalNumber(line);
      refuseRest(line);
      return { kind: 'noise', output, source, frequencies, place };
    }
  }
}

function readDc(line: DirectiveLine): Analysis {
  const sweeps = [];
  do sweeps.push(readSweep(line));
  while (peek(line) && sweeps.length < 4);
  refuseRest(line);
  return { kind: 'dc', sweeps, place: line.directive.place };
}

function readFrequencies(line: DirectiveLine): readonly number[] {
  const table = peek(line);
  if (table?.key === 'data') {
    line.next += 1;
    return dataSweep(line, table.text.toLowerCase()).values[0];
  }
  const spacing = readWord(line, 'dec, oct or lin');
  if (!['dec', 'oct', 'lin'].includes(spacing)) {
    directiveError(line, {
      code: 'sweep',
      what: `${line.directive.keyword}: "${spacing}" is not dec, oct or lin`,
    });
  }
  const points = readNumber(line, 'the number of points');
  const field = readFrequencyField(line, 'the start frequency');
  const stop = readFrequencyField(line, 'the stop frequency');
  if (spacing !== 'lin')
    return logarithmicValues(line, field, stop, points, spacing === 'dec' ? 10 : 2);
  const count = Math.max(1, Math.round(points));
  return count === 1 ? [field] : linearValues(line, field, stop, (stop - field) / (count - 1));
}

/** A frequency; `1M` is a millihertz, which nobody means. */
function readFrequencyField(line: DirectiveLine, what: string): number {
  const field = peek(line);
  if (
    field &&
    /^[\d.]+M(?!eg|il)/i.test(field.text) &&
    /M/.test(field.text) &&
    looksNumeric(field)
  ) {
    warn(line.frame.elaboration, {
      code: 'upper-case-m',
      what: `"${field.text}" is millihertz: M is milli in SPICE`,
      place: field.place,
      length: field.text.length,
      mend: `write ${field.text.replace('M', 'MEG')} if mega is meant`,
    });
  }
  return readNumber(line, what);
}

function readTransient(line: DirectiveLine): Analysis {
  const step = readNumber(line, 'the step');
  const stop = readNumber(line, 'the stop time');
  const start = readOptionalNumber(line) ?? 0;
  const maximumStep = readOptionalNumber(line);
  let useInitialConditions = false;
  for (let word = peekWord(line); word === 'uic' || word === 'noop'; word = peekWord(line)) {
    useInitialConditions = true;
    line.next += 1;
  }
  refuseRest(line);
  if (!(stop > 0) || !(stop > start) || step < 0 || start < 0) {
    directiveError(line, {
      code: 'time-range',
      what: `.tran needs 0 <= tstart < tstop and tstep >= 0, not tstep ${step}, tstop ${stop}, tstart ${start}`,
    });
  }
  return {
    kind: 'tran',
    step,
    stop,
    start,
    ...(maximumStep !== undefined && maximumStep > 0 ? { maximumStep } : {}),
    useInitialConditions,
    place: line.directive.place,
  };
}

/** `v(out)`, `v(a,b)` or `i(v1)` at the next field. */
function readOutput(line: DirectiveLine): OutputVariable {
  const { directive, frame } = line;
  const field = readField(line, 'its output');
  const { variable, end } = outputVariable(frame, directive, field.start);
  while (line.next < line.fields.length && line.fields[line.next].start < end) line.next += 1;
  return variable;
}

function readSource(line: DirectiveLine): string {
  const field = readField(line, 'its source');
  const reference = { name: field.text.toLowerCase(), place: field.place };
  return flatReference(line.frame, reference, line.directive.keyword);
}
