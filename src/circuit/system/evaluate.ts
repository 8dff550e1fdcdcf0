import { multiplyAdd } from '../../numerics/sparse/index.js';
import type { EquationSystem } from './build-system.js';
import type { Evaluation } from './element.js';

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
  const { pattern, constantG, constantC, groups, size } = system;
  const { x, f, q, g, c } = evaluation;
  evaluation.limited = false;
  x[size] = 0;
  f.fill(0);
  q.fill(0);
  g.set(constantG);
  c.set(constantC);
  for (const group of groups) group.linearise?.(evaluation);
  multiplyAdd(pattern, g, x, f);
  if (!evaluation.dc) multiplyAdd(pattern, c, x, q);
  for (const group of groups) {
    group.loadSources?.(evaluation);
    group.load?.(evaluation);
  }
}

/** Largest current at each node, |F| terms summed by magnitude: the scale of a residual. */
export function residualScale(system: EquationSystem, evaluation: Evaluation): Float64Array {
  const { pattern, size } = system;
  const scale = new Float64Array(size + 1);
  const magnitude = evaluation.g.map(Math.abs);
  multiplyAdd(pattern, magnitude, evaluation.x.map(Math.abs), scale);
  return scale;
}
