import { multiplyAdd } from '../../numerics/sparse/index.js';
import type { EquationSystem } from '../system/build-system.js';
import type { Evaluation } from '../system/element.js';
import { continueCharges, evaluate, newEvaluation } from '../system/evaluate.js';
import { linearSolver, type LinearSolver } from './linear-solver.js';

/** Convergence settings of `.options`. */
export interface Tolerances {
  readonly relative: number;
  /** V. */
  readonly voltage: number;
  /** A. */
  readonly current: number;
}

/** The equations with everything that solving them needs; one per system, reused for all points. */
export interface Solution {
  readonly system: EquationSystem;
  readonly evaluation: Evaluation;
  readonly solver: LinearSolver;
  readonly jacobian: Float64Array;
  readonly residual: Float64Array;
  readonly step: Float64Array;
  readonly trial: Float64Array;
  /** Of what the solver holds factors: changes whenever they must be computed anew. */
  factored: { weight: number; shunt: number; forced: number } | undefined;
  readonly counts: { factorisations: number; iterations: number; solves: number };
}

/** What a Newton iteration solves: F(x) + weight Q(x) + history + extras = 0. */
export interface NewtonProblem {
  /** Coefficient of Q in dQ/dt by the integration formula, 1/s; 0 in dc. */
  readonly weight?: number;
  /** Known part of dQ/dt, length >= size. */
  readonly history?: Float64Array;
  /** Conductance (S) from every node to ground, for gmin stepping. */
  readonly shunt?: number;
  /** With `shunt`: pull towards these voltages instead of 0 (pseudo-transient). */
  readonly shuntTarget?: Float64Array;
  /** Nodes held at a voltage by a large conductance (`.ic`, `.nodeset`). */
  readonly forced?: readonly { readonly unknown: number; readonly voltage: number }[];
  readonly maximumIterations: number;
  readonly tolerances: Tolerances;
  /** After convergence, up to two more iterations for full accuracy. */
  readonly polish?: boolean;
  /**
   * Part of the tolerance that the change of an iteration not made may have, as foretold by the last
   * two: 0.05 unless given.
   */
  readonly foretold?: number;
  /**
   * The start is near: factors serve further iterations as long as these shrink quickly, and where the
   * change of the next is foretold to be small enough, F is not evaluated to see it.
   */
  readonly chords?: boolean;
  /** Iterations before steps that do not shrink are halved. */
  readonly calmAfter?: number;
  /** Magnitudes that voltages are measured by where these are larger than the present ones. */
  readonly scale?: Float64Array;
}

export interface NewtonOutcome {
  readonly converged: boolean;
  readonly iterations: number;
  /** Unknown without a pivot, when the matrix was singular. */
  readonly singular?: number;
  /** Unknown whose last change was largest against its tolerance. */
  readonly worst: number;
}

/**
 * Change, relative to the tolerance, below which already the first iteration ends it: what follows is
 * smaller by another such factor as long as Newton's method converges quadratically.
 */
const FIRST = 0.05;

/** From this iteration on, steps that do not shrink are halved, unless `calmAfter` says otherwise. */
const CALM = 6;

/** Factors are kept while each change is less than this part of the one before. */
const SHRINKS = 0.2;

/** The same for later iterations, where the last two changes foretell the next by their ratio. */
const NEXT = 0.05;

/** Conductance (S) that holds a forced node. */
const FORCE = 1e10;

export function newSolution(system: EquationSystem): Solution {
  const { size } = system;
  return {
    system,
    evaluation: newEvaluation(system),
    solver: linearSolver(system),
    jacobian: new Float64Array(system.constantG.length),
    residual: new Float64Array(size + 1),
    step: new Float64Array(size + 1),
    trial: new Float64Array(size + 1),
    factored: undefined,
    counts: { factorisations: 0, iterations: 0, solves: 0 },
  };
}

/** Newton's method from `evaluation.x`, which is left at the solution (or the last iterate). */
export function newton(solution: Solution, problem: NewtonProblem): NewtonOutcome {
  const { system, evaluation, solver, residual, step, trial, counts } = solution;
  const { maximumIterations, tolerances, scale } = problem;
  const { polish = false, chords = false, foretold = NEXT, calmAfter = CALM } = problem;
  if (system.linear && !polish) return linearSolve(solution, problem);
  const { x } = evaluation;
  const { size } = system;
  let worst = 0;
  let polishing = 0;
  let lastError = Infinity;
  let pace = 1;
  let held = false;
  evaluate(system, evaluation);
  assembleResidual(solution, problem);
  for (let iteration = 1; iteration <= maximumIterations; iteration++) {
    counts.iterations++;
    const singular = held ? -1 : factorIfNeeded(solution, problem);
    if (singular >= 0) return { converged: false, iterations: iteration, singular, worst };
    solver.solve(residual, step);
    counts.solves++;
    const limited = evaluation.limited;
    evaluation.fresh = false;

    let error = 0;
    for (let i = 0; i < size; i++) {
      const size0 = Math.abs(x[i]);
      const size1 = Math.abs(x[i] - step[i]);
      let magnitude = size0 > size1 ? size0 : size1;
      let absolute = tolerances.current;
      if (i < system.voltages) {
        absolute = tolerances.voltage;
        if (scale && scale[i] > magnitude) magnitude = scale[i];
      }
      const tolerance = tolerances.relative * magnitude + absolute;
      const change = Math.abs(step[i]);
      if (!(change <= error * tolerance)) {
        error = change / tolerance;
        worst = i;
      }
    }
    if (Number.isNaN(error)) return { converged: false, iterations: iteration, worst };
    if (held && error <= foretold && !limited)
      return { converged: true, iterations: iteration, worst };
    trial.set(x);
    // Two iterates that take turns, as where a capacitance changes, meet half way.
    // After a half step the change is half as large by itself: a full one is due again.
    const calm = error <= (pace === 1 ? 0.5 : 0.75) * lastError;
    const fullBefore = pace === 1;
    pace = iteration > calmAfter && !calm ? 0.5 : 1;
    for (let i = 0; i < size; i++) x[i] -= pace * step[i];
    if (system.linear) {
      if (iteration > 1) return { converged: true, iterations: iteration, worst };
      evaluate(system, evaluation); // one step of iterative refinement
      assembleResidual(solution, problem);
      continue;
    }
    const ahead = iteration > 1 ? (error * error) / lastError : Infinity;
    if (chords && system.continues && ahead <= foretold && !limited && pace === 1) {
      continueCharges(system, evaluation);
      return { converged: true, iterations: iteration, worst };
    }
    evaluate(system, evaluation);
    assembleResidual(solution, problem);
    if (!retreatToFinite(solution, problem))
      return { converged: false, iterations: iteration, worst };
    const enough = error <= (iteration > 1 ? 1 : FIRST) || (!polish && ahead <= foretold);
    if (enough && !limited && (pace === 1 || !polish)) {
      const settled = error < 1e-6 || (polishing > 0 && fullBefore && error >= 0.5 * lastError);
      if (!polish || settled || polishing === 2)
        return { converged: true, iterations: iteration, worst };
      polishing++;
    } else polishing = 0;
    held = chords && pace === 1 && iteration < calmAfter && !evaluation.limited;
    if (iteration > 1 && error > SHRINKS * lastError) held = false;
    lastError = error;
  }
  return { converged: false, iterations: maximumIterations, worst };
}

/** A linear circuit needs no iteration and no F at all: only its sources and one solution. */
function linearSolve(solution: Solution, problem: NewtonProblem): NewtonOutcome {
  const { system, evaluation, solver, residual, counts } = solution;
  const { history, shunt = 0, shuntTarget, forced } = problem;
  const { x, f } = evaluation;
  const { size, voltages, groups } = system;
  evaluation.g.set(system.constantG);
  evaluation.c.set(system.constantC);
  if (evaluation.dc) for (const group of groups) group.stampDc?.(evaluation.g);
  f.fill(0);
  for (const group of groups) group.loadSources?.(evaluation);
  for (let i = 0; i < size; i++) residual[i] = -f[i];
  if (history) for (let i = 0; i < size; i++) residual[i] -= history[i];
  if (shuntTarget) for (let i = 0; i < voltages; i++) residual[i] += shunt * shuntTarget[i];
  for (const { unknown, voltage } of forced ?? []) residual[unknown] += FORCE * voltage;
  counts.iterations++;
  const singular = factorIfNeeded(solution, problem);
  if (singular >= 0) return { converged: false, iterations: 1, singular, worst: singular };
  solver.solve(residual, x);
  counts.solves++;
  x[size] = 0;
  return { converged: allFinite(x, size), iterations: 1, worst: 0 };
}

/** Halves a step that led to overflow. */
function retreatToFinite(solution: Solution, problem: NewtonProblem): boolean {
  const { system, evaluation, residual, step, trial } = solution;
  const { x } = evaluation;
  for (let attempt = 0; !allFinite(residual, system.size); attempt++) {
    if (attempt === 24) return false;
    system.sums.age = Infinity; // they hold what has overflown
    for (let i = 0; i < system.size; i++) {
      step[i] *= 0.5;
      x[i] = trial[i] - step[i];
    }
    evaluate(system, evaluation);
    assembleResidual(solution, problem);
    evaluation.limited = true;
  }
  return true;
}

function allFinite(values: Float64Array, size: number): boolean {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += values[i] - values[i];
  return sum === 0;
}

/** residual = F + weight Q + history + extras. */
function assembleResidual(
  { system, evaluation, residual }: Solution,
  problem: NewtonProblem,
): void {
  const { weight = 0, history, shunt = 0, shuntTarget, forced } = problem;
  const { x, f, q } = evaluation;
  const { size, voltages } = system;
  if (history) for (let i = 0; i < size; i++) residual[i] = f[i] + weight * q[i] + history[i];
  else for (let i = 0; i < size; i++) residual[i] = weight === 0 ? f[i] : f[i] + weight * q[i];
  if (shunt > 0) {
    for (let i = 0; i < voltages; i++) residual[i] += shunt * (x[i] - (shuntTarget?.[i] ?? 0));
  }
  for (const { unknown, voltage } of forced ?? [])
    residual[unknown] += FORCE * (x[unknown] - voltage);
  residual[size] = 0;
}

/** Factors G + weight C + extras unless the factors at hand are of the same matrix. */
function factorIfNeeded(solution: Solution, problem: NewtonProblem): number {
  const { system, evaluation, solver, jacobian, counts } = solution;
  const { weight = 0, shunt = 0, forced } = problem;
  const key = { weight, shunt, forced: forced?.length ?? 0 };
  const last = solution.factored;
  if (
    system.linear &&
    last &&
    last.weight === weight &&
    last.shunt === shunt &&
    last.forced === key.forced
  ) {
    return -1;
  }
  const { g, c } = evaluation;
  let changed = last === undefined || shunt > 0 || last.shunt > 0 || key.forced + last.forced > 0;
  for (let p = 0; p < jacobian.length; p++) {
    const value = g[p] + weight * c[p];
    if (value === jacobian[p]) continue;
    jacobian[p] = value;
    changed = true;
  }
  if (!changed) return -1;
  if (shunt > 0) for (const slot of system.diagonal) jacobian[slot] += shunt;
  for (const { unknown } of forced ?? []) jacobian[system.diagonal[unknown]] += FORCE;
  counts.factorisations++;
  const singular = solver.factor(jacobian);
  solution.factored = singular < 0 ? key : undefined;
  return singular;
}

/** Makes the next solution factor anew: a matrix value has changed. */
export function forgetFactors(solution: Solution): void {
  solution.factored = undefined;
}

/** Largest |KCL residual| over nodes relative to the largest current at that node's scale. */
export function kirchhoffError({ system, evaluation }: Solution): number {
  evaluate(system, evaluation);
  const { pattern, voltages, size } = system;
  const scale = new Float64Array(size + 1);
  multiplyAdd(pattern, evaluation.g.map(Math.abs), evaluation.x.map(Math.abs), scale);
  let largest = 0;
  let error = 0;
  for (let i = 0; i < voltages; i++) {
    largest = Math.max(largest, scale[i]);
    error = Math.max(error, Math.abs(evaluation.f[i]));
  }
  return largest === 0 ? error : error / largest;
}
