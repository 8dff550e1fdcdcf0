import { solveDc, type PreparedCircuit } from '../prepared-circuit.js';
import type { AnalysisResult, SolverStatistics } from '../result.js';
import type { Solution } from '../solve/newton.js';
import { recorder } from './recorder.js';

/** `.op`: every node voltage (V) and every element current (A) at dc. */
export function operatingPointAnalysis(prepared: PreparedCircuit): AnalysisResult {
  const { solution } = prepared;
  const { name } = solveDc(prepared, { holdInitialConditions: true });
  const rows = recorder(solution.system);
  rows.record(solution.evaluation);
  return {
    kind: 'op',
    names: rows.names,
    values: rows.table(),
    statistics: { ...statistics(solution, 1), strategy: name },
  };
}

/** Counters of a solution so far. */
export function statistics({ system, counts, solver }: Solution, points: number): SolverStatistics {
  return {
    unknowns: system.size,
    points,
    newtonIterations: counts.iterations,
    factorisations: counts.factorisations,
    solver: solver.method(),
  };
}
