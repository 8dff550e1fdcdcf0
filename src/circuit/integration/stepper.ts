import type { PreparedCircuit } from '../prepared-circuit.js';
import { multiplyAdd } from '../../numerics/sparse/index.js';
import { newton } from '../solve/newton.js';
import { pseudoTransient } from '../solve/operating-point.js';
import { evaluate } from '../system/evaluate.js';
import { formula, truncationConstant, type Formula } from './formulas.js';
import { derivativeFactor, predict, type History } from './history.js';

export interface StepOutcome {
  readonly accepted: boolean;
  readonly converged: boolean;
  /** Step the truncation error asks for next, s. */
  readonly nextStep: number;
  /** A device changed its state within the step: treat the point as a corner. */
  readonly stateChanged: boolean;
  readonly worst: number;
  readonly singular?: number;
}

/** Takes trial steps from the newest point of a history. */
export interface Stepper {
  /** Makes the present evaluation the first point. */
  readonly begin: () => void;
  readonly attempt: (time: number, h: number, order: 1 | 2) => StepOutcome;
  /**
   * Takes a step of order 1 to another branch of solutions, where the one so far ends: a circuit
   * with feedback and nothing to slow it jumps. Found by pseudo-transient continuation.
   */
  readonly leap: (time: number, h: number) => StepOutcome;
  /** Takes the last attempt into the history. */
  readonly accept: (time: number) => void;
  /** Puts the evaluation back to the newest point. */
  readonly retreat: () => void;
}

/** Largest growth of the step from one point to the next. */
const GROWTH = 2;

/**
 * The error aimed at is reltol trtol of an unknown's peak (7e-3 by default; SPICE's own test, with
 * divided differences taken as derivatives, lets 4.2e-2 of the charge pass). A step is rejected only
 * when its error is this many times the one aimed at: taking it again costs
 * more than the little that a single step beyond the aim adds, and the next one is shorter anyway.
 */
const LENIENCE = 4;

/**
 * Part of the highest voltage in the circuit that counts as the peak of every node: one that starts from
 * nothing is not followed through every decade of its rise.
 */
const COMMON = 0.02;

/** A change of state is located to this part of the largest step. */
const EVENT_RESOLUTION = 1e-3;

export function newStepper(
  { settings, solution }: PreparedCircuit,
  history: History,
  largestStep: number,
): Stepper {
  const { system, evaluation } = solution;
  const { method, tolerances, truncationFactor } = settings;
  const { size, voltages, linear } = system;
  const width = size + 1;
  const known = new Float64Array(width);
  const chargeRate = new Float64Array(width);
  const peak = new Float64Array(width);
  const predicted = new Float64Array(width);
  let highest = 0; // voltage of any node so far, V
  const dynamic = dynamicUnknowns(system);
  let used: Formula = formula(method, 1, 1, 1);

  /** Error of the step over its tolerance, largest over the unknowns that store energy. */
  const truncation = (time: number, h: number, order: 1 | 2): number => {
    if (history.depth() < order + 1) return 0.1;
    const previous = history.time(0) - history.time(1);
    const perDifference =
      truncationConstant(method, order, h, previous) * derivativeFactor(history, order, time);
    const relative = tolerances.relative * truncationFactor;
    const floor = COMMON * highest;
    const { x } = evaluation;
    let largest = 0;
    for (let n = 0; n < dynamic.length; n++) {
      const i = dynamic[n];
      const magnitude = Math.abs(x[i]);
      let scale = magnitude > peak[i] ? magnitude : peak[i];
      let absolute = tolerances.current;
      if (i < voltages) {
        absolute = tolerances.voltage;
        if (scale < floor) scale = floor;
      }
      const ratio = Math.abs(x[i] - predicted[i]) / (relative * scale + absolute);
      if (ratio > largest) largest = ratio;
    }
    return perDifference * largest;
  };

  const proposal = (error: number, h: number, order: 1 | 2): number => {
    const factor = 0.9 * Math.max(error, 1e-12) ** (-1 / (order + 1));
    if (factor < 1) return h * Math.max(factor, 0.1);
    // A linear circuit keeps its factorisation as long as the step stays: grow by whole factors.
    if (linear && factor < GROWTH) return h;
    return Math.min(h * Math.min(factor, GROWTH), largestStep);
  };

  /** Sets the formula and the known part of dQ/dt for a step from the newest point. */
  const prepare = (time: number, h: number, order: 1 | 2): void => {
    used = formula(method, order, h, order === 2 ? history.time(0) - history.time(1) : h);
    const { last, beforeLast, lastRate } = used;
    const q0 = history.q(0);
    const q1 = history.q(1);
    for (let i = 0; i < size; i++) {
      known[i] = last * q0[i] + beforeLast * q1[i] + lastRate * chargeRate[i];
    }
    evaluation.time = time;
  };

  const raisePeaks = (): void => {
    const { x } = evaluation;
    for (let i = 0; i < size; i++) {
      const magnitude = Math.abs(x[i]);
      if (magnitude > peak[i]) peak[i] = magnitude;
      if (magnitude > highest && i < voltages) highest = magnitude;
    }
  };

  return {
    begin() {
      evaluate(system, evaluation);
      chargeRate.fill(0);
      evaluation.rate.fill(0);
      history.push(evaluation.time, evaluation.x, evaluation.q);
      for (const group of system.groups) group.accept?.(evaluation);
      raisePeaks();
    },
    attempt(time, h, requested) {
      const order = history.depth() < 2 ? 1 : requested;
      prepare(time, h, order);
      predict(history, time, order, predicted);
      if (!linear) evaluation.x.set(predicted);
      const outcome = newton(solution, {
        weight: used.weight,
        history: known,
        maximumIterations: settings.transientIterations,
        tolerances,
        foretold: 0.5,
        chords: true,
        scale: peak,
      });
      if (!outcome.converged) {
        return { ...outcome, accepted: false, nextStep: h / 8, stateChanged: false };
      }
      const changed = system.groups.some((group) => group.changedState?.() ?? false);
      const error = truncation(time, h, order);
      const late = changed && h > EVENT_RESOLUTION * largestStep;
      return {
        accepted: error <= LENIENCE && !late,
        converged: true,
        nextStep: late ? h / 4 : proposal(error, h, order),
        stateChanged: changed,
        worst: outcome.worst,
      };
    },
    leap(time, h) {
      prepare(time, h, 1);
      const outcome = pseudoTransient({
        solution,
        base: {
          weight: used.weight,
          history: known,
          maximumIterations: settings.operatingPointIterations,
          tolerances,
        },
      });
      const { converged } = outcome;
      return { ...outcome, accepted: converged, nextStep: h, stateChanged: true };
    },
    accept(time) {
      const { x, q, rate } = evaluation;
      if (linear) {
        q.fill(0);
        multiplyAdd(system.pattern, system.constantC, x, q);
      }
      const { weight, last, beforeLast, lastRate } = used;
      const [x0, x1, q0, q1] = [history.x(0), history.x(1), history.q(0), history.q(1)];
      for (let i = 0; i < size; i++) {
        const xi = x[i];
        chargeRate[i] =
          weight * q[i] + last * q0[i] + beforeLast * q1[i] + lastRate * chargeRate[i];
        rate[i] = weight * xi + last * x0[i] + beforeLast * x1[i] + lastRate * rate[i];
      }
      raisePeaks();
      history.push(time, x, q);
      for (const group of system.groups) group.accept?.(evaluation);
    },
    retreat() {
      evaluation.x.set(history.x(0));
      evaluation.time = history.time(0);
    },
  };
}

/** Unknowns whose column or row of C is not empty: those with memory. */
function dynamicUnknowns(system: PreparedCircuit['solution']['system']): Int32Array {
  const { pattern, constantC, size, groups } = system;
  const dynamic = new Uint8Array(size);
  for (let j = 0; j < size; j++) {
    for (let p = pattern.columnStart[j]; p < pattern.columnStart[j + 1]; p++) {
      if (constantC[p] === 0) continue;
      dynamic[j] = 1;
      dynamic[pattern.rowIndex[p]] = 1;
    }
  }
  for (const { dynamicUnknowns: listed } of groups) for (const i of listed ?? []) dynamic[i] = 1;
  return Int32Array.from(dynamic.keys()).filter((i) => dynamic[i] === 1);
}
