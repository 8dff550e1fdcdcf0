import { didYouMean } from '../../units/index.js';
import type {
  Analysis,
  MeasureDescription,
  NodeVoltage,
  OutputRequest,
  SweepDescription,
} from '../analysis-description.js';
import type { Directive } from '../deck.js';
import { ANALYSIS_USAGE, readAnalysis } from './analyses.js';
import { directiveLine, refuseRest } from './directive-line.js';
import { readMeasure } from './measures.js';
import { readOutputRequest } from './outputs.js';
import { readNodeVoltages, readOptions, readTemperatures } from './settings.js';
import { readSweep } from './sweeps.js';
import { attempt, isActive, warn, type Frame } from './state.js';

/** What the dot commands of the top level ask for. */
export interface Requests {
  readonly analyses: Analysis[];
  readonly steps: SweepDescription[];
  readonly outputs: OutputRequest[];
  readonly measures: MeasureDescription[];
  readonly initialConditions: NodeVoltage[];
  readonly nodesets: NodeVoltage[];
}

const STEP_USAGE = '.step name start stop step, or .step param name list v1 v2 ...';
const KNOWN = [
  ...Object.keys(ANALYSIS_USAGE),
  '.step',
  '.measure',
  '.save',
  '.print',
  '.plot',
  '.probe',
  '.ic',
  '.nodeset',
  '.options',
  '.temp',
  '.param',
  '.func',
  '.subckt',
  '.ends',
  '.include',
  '.lib',
  '.model',
  '.global',
  '.end',
  '.data',
  '.control',
];

/** Options and temperature come first: everything else may depend on them. */
export function readEnvironment(frame: Frame): {
  readonly options: Record<string, number | string>;
  readonly temperatures: readonly number[];
} {
  const options: Record<string, number | string> = {};
  const temperatures: number[] = [];
  for (const directive of activeDirectives(frame)) {
    attempt(frame.elaboration, () => {
      const { keyword } = directive;
      if (/^\.opt(ions?)?$/.test(keyword)) Object.assign(options, readOptions(frame, directive));
      else if (keyword === '.temp') temperatures.push(...readTemperatures(frame, directive));
    });
  }
  return { options, temperatures };
}

const activeDirectives = (frame: Frame): readonly Directive[] =>
  frame.block.directives.filter(({ guard }) => isActive(frame, guard));

/** Reads the dot commands of the top level, when all nodes and devices are known. */
export function readDirectives(frame: Frame): Requests {
  const requests: Requests = {
    analyses: [],
    steps: [],
    outputs: [],
    measures: [],
    initialConditions: [],
    nodesets: [],
  };
  const directives = activeDirectives(frame);
  const read = (directive: Directive, work: () => void): void => {
    if (!isMeasure(directive)) attempt(frame.elaboration, work);
  };
  for (const directive of directives) {
    read(directive, () => {
      readDirective(frame, directive, requests);
    });
  }
  readMeasures(frame, directives.filter(isMeasure), requests);
  return requests;
}

const isMeasure = ({ keyword }: Directive): boolean => /^\.meas(ure)?$/.test(keyword);

function readDirective(frame: Frame, directive: Directive, requests: Requests): void {
  const { keyword } = directive;
  if (keyword in ANALYSIS_USAGE) {
    requests.analyses.push(readAnalysis(frame, directive));
    return;
  }
  switch (keyword) {
    case '.step': {
      const line = directiveLine(frame, directive, STEP_USAGE);
      requests.steps.push(readSweep(line));
      refuseRest(line);
      return;
    }
    case '.save':
    case '.print':
    case '.plot':
    case '.probe':
      requests.outputs.push(readOutputRequest(frame, directive));
      return;
    case '.ic':
    case '.initcond':
    case '.dcvolt':
      requests.initialConditions.push(...readNodeVoltages(frame, directive));
      return;
    case '.nodeset':
      requests.nodesets.push(...readNodeVoltages(frame, directive));
      return;
    case '.opt':
    case '.option':
    case '.options':
    case '.temp':
      return;
    default:
      warnIgnored(frame, directive);
  }
}

/** Names the command that nothing was done for. */
function warnIgnored(frame: Frame, { keyword, place }: Directive): void {
  const near = keyword.length > 2 ? didYouMean(keyword, KNOWN) : undefined;
  warn(frame.elaboration, {
    code: 'ignored-directive',
    what: `${keyword} is not known and is ignored`,
    place,
    length: keyword.length,
    ...(near === undefined || near === keyword ? {} : { mend: `did you mean ${near}?` }),
  });
}

/** Inside a subcircuit only `.ic` and `.nodeset` mean something; they are read for each instance. */
export function readInstanceDirectives(frame: Frame, requests: Requests): void {
  for (const directive of activeDirectives(frame)) {
    const { keyword, place } = directive;
    attempt(frame.elaboration, () => {
      if (keyword === '.ic') requests.initialConditions.push(...readNodeVoltages(frame, directive));
      else if (keyword === '.nodeset')
        requests.nodesets.push(...readNodeVoltages(frame, directive));
      else {
        warn(frame.elaboration, {
          code: 'ignored-directive',
          what: `${keyword} inside a subcircuit is ignored`,
          place,
          length: keyword.length,
          mend: 'write it at the top level, or look for a missing .ends above',
        });
      }
    });
  }
}

function readMeasures(frame: Frame, directives: readonly Directive[], requests: Requests): void {
  const kinds = new Set(requests.analyses.map(({ kind }) => kind).filter((kind) => kind !== 'op'));
  const onlyAnalysis = kinds.size === 1 ? [...kinds][0] : undefined;
  const names = new Set<string>();
  for (const directive of directives) {
    attempt(frame.elaboration, () => {
      const measure = readMeasure(frame, directive, onlyAnalysis, names);
      names.add(measure.name);
      requests.measures.push(measure);
    });
  }
}
