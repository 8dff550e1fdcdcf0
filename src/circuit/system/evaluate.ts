import { multiplyAdd, multiplyAddBoth } from '../../numerics/sparse/index.js';
import type { EquationSystem } from './build-system.js';
import type { Evaluation } from './element.js';

/** Sums are built anew after so many evaluations. */
const REBUILD_AFTER = 256;

/** Workspace of one system; x = 0. */
export function newEvaluation({ size, constantG }: EquationSystem): Evaluation {
  return {
    x: new Float64Array(size + 1),
    f: new Float64Array(size + 1),
    q: new Float64Array(size + 1),
    g: new Float64Array(constantG.length),
    c: new Float64Array(constantG.length),
    rate: new Float64Array(size + 1),
    time: 0,
    waveforms: false,
    dc: true,
    sourceScale: 1,
    junctionConductance: 1e-12,
    limited: false,
    fresh: false,
  };
}

/** Computes F, Q, G, C at the evaluation's x and t. */
export function evaluate(system: EquationSystem, evaluation: Evaluation): void {
  const { pattern, constantG, constantC, groups, size, sums } = system;
  const { x, f, q, g, c } = evaluation;
  x[size] = 0;
  // What a wild iterate adds and takes away again leaves its rounding behind.
  const afresh = evaluation.dc || evaluation.limited || ++sums.age > REBUILD_AFTER;
  if (afresh) {
    sums.g.set(constantG);
    sums.c.set(constantC);
    sums.f.fill(0);
    sums.q.fill(0);
    sums.age = 0;
  }
  evaluation.limited = false;
  for (const group of groups) group.linearise?.(evaluation, sums, afresh);
  f.set(sums.f);
  q.set(sums.q);
  g.set(sums.g);
  c.set(sums.c);
  if (evaluation.dc) {
    for (const group of groups) group.stampDc?.(g);
    multiplyAdd(pattern, g, x, f);
  } else multiplyAddBoth(system.rows(), g, c, x, f, q);
  for (const group of groups) {
    group.loadSources?.(evaluation);
    group.load?.(evaluation);
  }
}

/** Q at x by the linear expressions of the last evaluation, where all groups have these (`continues`). */
export function continueCharges({ pattern, sums }: EquationSystem, { x, q }: Evaluation): void {
  q.set(sums.q);
  multiplyAdd(pattern, sums.c, x, q);
}

/** Largest current at each node, |F| terms summed by magnitude: the scale of a residual. */
export function residualScale(system: EquationSystem, evaluation: Evaluation): Float64Array {
  const { pattern, size } = system;
  const scale = new Float64Array(size + 1);
  const magnitude = evaluation.g.map(Math.abs);
  multiplyAdd(pattern, magnitude, evaluation.x.map(Math.abs), scale);
  return scale;
}
