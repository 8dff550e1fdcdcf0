import type { DcAnalysis } from '../../netlist/index.js';
import { solveDc, type PreparedCircuit } from '../prepared-circuit.js';
import type { AnalysisResult } from '../result.js';
import { statistics } from './operating-point.js';
import { recorder } from './recorder.js';
import {
  needsRebuild,
  overridesAt,
  rememberDevices,
  setDevices,
  sweepPoints,
  type Rebuild,
} from './sweep-target.js';

/**
 * `.dc`: an operating point for every combination of values, the first sweep innermost, each
 * started from its predecessor. Parameters, model parameters and the temperature rebuild the
 * circuit; device values change in place, so that a linear circuit keeps its factorisation.
 */
export function dcSweepAnalysis(
  prepared: PreparedCircuit,
  { sweeps }: DcAnalysis,
  rebuild: Rebuild,
): AnalysisResult {
  const rebuilds = needsRebuild(sweeps);
  const restore = rememberDevices(prepared, sweeps);
  const points = [...sweepPoints(sweeps)];
  let active = prepared;
  const rows = recorder(prepared.solution.system, { expectedPoints: points.length });
  try {
    for (const indices of points) {
      if (rebuilds) active = successor(active, rebuild(overridesAt(sweeps, indices)));
      setDevices(active, sweeps, indices);
      solveDc(active);
      active.solution.evaluation.rate.fill(0);
      rows.record(active.solution.evaluation, active.solution.system);
      for (const group of active.solution.system.groups) {
        group.accept?.(active.solution.evaluation);
      }
    }
  } finally {
    restore();
  }
  const axis = (loop: number) => ({
    name: sweeps[loop].name,
    values: Float64Array.from(points, (indices) => sweeps[loop].values[0][indices[loop]]),
  });
  return {
    kind: 'dc',
    sweep: axis(0),
    ...(sweeps.length > 1 ? { outerSweeps: sweeps.slice(1).map((_, k) => axis(k + 1)) } : {}),
    names: rows.names,
    values: rows.table(),
    statistics: statistics(active.solution, points.length),
  };
}

/** A rebuilt circuit starts where the previous one ended. */
function successor(previous: PreparedCircuit, next: PreparedCircuit): PreparedCircuit {
  if (next.solution.system.size === previous.solution.system.size) {
    next.solution.evaluation.x.set(previous.solution.evaluation.x);
    next.solution.evaluation.fresh = previous.solution.evaluation.fresh;
  }
  return next;
}
