import ndarray from 'ndarray';
import { elaborate, parseNetlist, type Netlist } from '../netlist/index.js';
import type { TaskHandlers } from '../parallel/executor.js';
import { sweepPoints } from './analyses/sweep-target.js';
import { selectVectors } from './output/select-vectors.js';
import type { AnalysisResult, SimulationResult } from './result.js';
import { simulate } from './simulate.js';

/** A netlist with all it includes, as plain data that any worker can read again. */
export interface NetlistSource {
  readonly text: string;
  readonly file: string;
  /** Included files by `includeKey`. */
  readonly includes: Readonly<Record<string, { readonly file: string; readonly text: string }>>;
  /** Replaced top-level parameters. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly seed?: number;
}

export const includeKey = (path: string, from: string): string => `${from}\n${path}`;

/** One independent piece of a batch: a Monte Carlo trial and a point of the `.step` loops. */
export interface BatchUnit {
  /** Absent without `--trials`: then the values of trial 0 are drawn and no trial is named. */
  readonly trial?: number;
  /** Index among the `.step` points, the first loop innermost. */
  readonly step: number;
}

export interface BatchInput {
  readonly source: NetlistSource;
  readonly units: readonly BatchUnit[];
  /** Vectors to keep; all where absent. */
  readonly save?: readonly string[];
}

/** An analysis with its tables as plain data, for the way between threads. */
type PlainAnalysis = Omit<AnalysisResult, 'values' | 'imaginary'> & {
  readonly points: number;
  readonly real: Float64Array;
  readonly imaginaryPart?: Float64Array;
};

export interface BatchOutput extends Omit<SimulationResult, 'analyses'> {
  readonly analyses: readonly PlainAnalysis[];
}

/** Reads a netlist as `parseNetlist` does, its includes from the source. */
export const readSource = ({ text, file, includes, parameters, seed }: NetlistSource): Netlist =>
  parseNetlist(text, {
    file,
    resolve: (path, from) => includes[includeKey(path, from)],
    parameters,
    ...(seed === undefined ? {} : { seed }),
  });

/** All units of a netlist for so many trials (undefined: no Monte Carlo), trials outermost. */
export function batchUnits(netlist: Netlist, trials: number | undefined): BatchUnit[] {
  const points = [...sweepPoints(elaborate(netlist).steps)].length;
  const steps = Array.from({ length: points }, (_, step) => step);
  if (trials === undefined) return steps.map((step) => ({ step }));
  return Array.from({ length: trials }, (_, trial) =>
    steps.map((step) => ({ trial, step })),
  ).flat();
}

/**
 * Runs some units of a batch, in their order. Every unit starts from the netlist alone and random
 * parameters are drawn by (seed, trial, name), so that no split over workers changes any bit.
 * @throws SpinbarError as `simulate`.
 */
export function simulateUnits(
  netlist: Netlist,
  { units, save }: Pick<BatchInput, 'units' | 'save'>,
): SimulationResult {
  const parts = units.map(({ trial, step }) => {
    const of = trial === undefined ? {} : { trial };
    const result = simulate(elaborate(netlist, of), {
      reelaborate: (replaced) => elaborate(netlist, { ...of, ...replaced }),
      points: [step],
      ...of,
    });
    return save ? selectVectors(result, save) : result;
  });
  return mergeResults(parts);
}

/** The results of the parts of a batch, in order, as one; equal diagnostics once. */
export function mergeResults(parts: readonly SimulationResult[]): SimulationResult {
  const diagnostics = new Map(
    parts.flatMap((part) => part.diagnostics).map((one) => [JSON.stringify(one), one]),
  );
  return {
    title: parts[0]?.title ?? '',
    analyses: parts.flatMap(({ analyses }) => analyses),
    measures: parts.flatMap(({ measures }) => measures),
    diagnostics: [...diagnostics.values()],
  };
}

/** Tasks of this room for any executor. */
export const circuitTasks: TaskHandlers = {
  'circuit.units': ({ source, units, save }: BatchInput): BatchOutput => {
    const result = simulateUnits(readSource(source), { units, ...(save ? { save } : {}) });
    return { ...result, analyses: result.analyses.map(toPlain) };
  },
};

function toPlain({ values, imaginary, ...rest }: AnalysisResult): PlainAnalysis {
  return {
    ...rest,
    points: values.shape[0],
    real: values.data.slice(),
    ...(imaginary ? { imaginaryPart: imaginary.data.slice() } : {}),
  };
}

/** A result as it came from a worker. */
export const fromPlain = ({ analyses, ...rest }: BatchOutput): SimulationResult => ({
  ...rest,
  analyses: analyses.map(({ points, real, imaginaryPart, ...analysis }) => {
    const shape = [points, analysis.names.length];
    return {
      ...analysis,
      values: ndarray(real, shape),
      ...(imaginaryPart ? { imaginary: ndarray(imaginaryPart, shape) } : {}),
    };
  }),
});
