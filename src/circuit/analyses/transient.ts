import { numericalFailure } from '../../errors/index.js';
import type { TransientAnalysis } from '../../netlist/index.js';
import { heldNodes, solveDc, type PreparedCircuit } from '../prepared-circuit.js';
import type { AnalysisResult } from '../result.js';
import { newHistory } from '../integration/history.js';
import { initialState } from '../integration/initial-state.js';
import { newStepper, type StepOutcome } from '../integration/stepper.js';
import { devicesAt, placeOf } from '../solve/failures.js';
import { unknownName, type EquationSystem } from '../system/build-system.js';
import { statistics } from './operating-point.js';
import { recorder } from './recorder.js';

/** More points than this are computed only when `tmax` asks for them. */
const MOST_POINTS = 10_000;

/**
 * `.tran`: waveforms of all node voltages and element currents at the accepted time points from
 * `start` to `stop`. The step follows the local truncation error, never exceeds tmax or
 * min(tstep, (stop - start) / 50), and lands on every corner of a source.
 * @throws SpinbarError (exit code 4) when the step cannot shrink further.
 */
export function transientAnalysis(
  prepared: PreparedCircuit,
  analysis: TransientAnalysis,
): AnalysisResult {
  const { solution, settings, circuit } = prepared;
  const { system, evaluation } = solution;
  const { stop, start } = analysis;
  const largest = largestStep(analysis);
  const smallest = Math.max(stop * 1e-15, largest * 1e-9);
  let strategy = 'initial conditions';
  evaluation.time = 0;
  evaluation.waveforms = true;
  if (analysis.useInitialConditions) {
    initialState(solution, settings, heldNodes(circuit.initialConditions), smallest);
  } else {
    strategy = solveDc(prepared, { holdInitialConditions: true }).name;
  }
  evaluation.dc = false;

  const history = newHistory(system.size + 1);
  const stepper = newStepper(prepared, history, largest);
  stepper.begin();
  const rows = recorder(system, { expectedPoints: Math.ceil((stop - start) / largest) + 64 });
  const times: number[] = [];
  const record = (time: number) => {
    if (time < start - smallest) return;
    times.push(time);
    rows.record(evaluation);
  };
  record(0);

  const corners = breakpoints(prepared, stop, smallest);
  let corner = 0;
  let time = 0;
  let order: 1 | 2 = 1;
  let step = firstStep(analysis, largest, corners);
  let rejected = 0;
  let failures = 0;
  let afterJump = 0;
  while (time < stop - smallest) {
    while (corner < corners.length && corners[corner] <= time + smallest) corner++;
    const next = corner < corners.length ? corners[corner] : stop;
    let h = Math.max(Math.min(step, largest, innerLimit(system)), smallest);
    let lands = false;
    if (time + h >= next - smallest) {
      h = next - time;
      lands = true;
    } else if (time + 2 * h > next) h = (next - time) / 2; // no sliver before the corner
    let target = lands ? next : time + h;
    let outcome = stepper.attempt(target, h, order);
    if (!outcome.accepted && h > 2 * smallest) {
      rejected++;
      stepper.retreat();
      step = Math.max(outcome.converged ? Math.min(outcome.nextStep, h / 2) : h / 8, smallest);
      if (!outcome.converged) {
        order = 1;
        if (++failures > 400) throw stuck(prepared, time, h, outcome);
      }
      continue;
    }
    if (!outcome.converged) {
      stepper.retreat();
      const leap = Math.min(LEAP * largest, next - time);
      const failed = outcome;
      target = time + leap;
      lands = leap === next - time;
      outcome = stepper.leap(target, leap);
      if (!outcome.converged) throw stuck(prepared, time, h, failed);
    }
    failures = 0;
    const discontinuity = outcome.stateChanged;
    stepper.accept(target);
    time = target;
    record(time);
    if ((lands && corner < corners.length) || discontinuity) {
      history.restart();
      order = 1;
      const following = corners.find((t) => t > time + smallest) ?? stop;
      afterJump = 0.1 * Math.min(Math.max(step, h), following - time);
      step = Math.max(JUMP * Math.min(largest, following - time), 2 * smallest);
    } else {
      order = 2;
      step = Math.max(outcome.nextStep, afterJump);
      afterJump = 0;
    }
  }
  evaluation.waveforms = false;
  return {
    kind: 'tran',
    sweep: { name: 'time', values: Float64Array.from(times) },
    names: rows.names,
    values: rows.table(),
    statistics: {
      ...statistics(solution, times.length),
      strategy,
      rejectedSteps: rejected,
    },
  };
}

/**
 * Part of the largest step taken first after a corner: it shows the jump of currents through
 * capacitors and voltages over inductors as a jump.
 */
const JUMP = 1e-6;

/** Part of the largest step in which a circuit that jumps is given time to do so. */
const LEAP = 1e-3;

/** tmax where given, else min(tstep, span / 50), but not so small as to ask for > 10,000 points. */
function largestStep({ step, stop, start, maximumStep }: TransientAnalysis): number {
  const span = stop - start;
  if (maximumStep !== undefined && maximumStep > 0) return maximumStep;
  const wanted = step > 0 ? Math.min(step, span / 50) : span / 50;
  return Math.max(wanted, span / MOST_POINTS);
}

/** A tenth of what would be natural: the first step has no history to judge it by. */
function firstStep(
  { stop, step }: TransientAnalysis,
  largest: number,
  corners: readonly number[],
): number {
  const natural = Math.min(stop / 100, step > 0 ? step : largest, largest);
  const first = corners.find((t) => t > 0) ?? stop;
  return Math.min(natural, first) / 10;
}

/** What devices with a state of their own allow, s. */
const innerLimit = ({ groups }: EquationSystem): number =>
  groups.reduce(
    (least, { largestStep: inner }) => Math.min(least, inner?.() ?? Infinity),
    Infinity,
  );

/** All corners of the sources in (0, stop), ascending, apart by more than `smallest`. */
function breakpoints({ solution }: PreparedCircuit, stop: number, smallest: number): number[] {
  const all = solution.system.groups.flatMap((group) => group.breakpoints?.(stop) ?? []);
  const sorted = [...all, stop].filter((t) => t > 0 && t <= stop).sort((a, b) => a - b);
  const kept: number[] = [];
  for (const t of sorted)
    if (kept.length === 0 || t - kept[kept.length - 1] > smallest) kept.push(t);
  return kept;
}

function stuck(
  { circuit, solution }: PreparedCircuit,
  time: number,
  step: number,
  { worst, singular }: StepOutcome,
) {
  const { system } = solution;
  const unknown = singular ?? worst;
  const devices = devicesAt(system, unknown);
  return numericalFailure({
    code: 'circuit.time-step',
    what: `the time step shrank to ${step.toExponential(2)} s at t = ${time.toExponential(6)} s without a solution`,
    ...placeOf(circuit, devices[0]),
    why: `the ${unknownName(system, unknown)} ${singular === undefined ? 'does not converge' : 'is not determined'}; devices at it: ${devices.slice(0, 6).join(', ')}`,
    mend: 'look for a source that jumps, a switch without resistance or capacitance around it, or a model that overflows; .options method=gear or a larger reltol may help',
  });
}
