import type { SimulationSettings } from '../settings.js';
import { convergenceFailure } from '../solve/failures.js';
import { newton, type NewtonProblem, type Solution } from '../solve/newton.js';
import { evaluate } from '../system/evaluate.js';

/**
 * State at t = 0 with `uic`: charges and fluxes as the initial conditions give them (node voltages
 * of `.ic`, `ic=` of capacitors, inductors and devices, else zero), and everything else consistent
 * with them. Solved as one backward Euler step so short that no charge can move.
 */
export function initialState(
  solution: Solution,
  settings: SimulationSettings,
  given: NonNullable<NewtonProblem['forced']>,
  instant: number,
): void {
  const { system, evaluation } = solution;
  evaluation.dc = false;
  evaluation.x.fill(0);
  for (const { unknown, voltage } of given) evaluation.x[unknown] = voltage;
  evaluate(system, evaluation);
  for (const group of system.groups) {
    group.initialCharge?.(evaluation);
    group.accept?.(evaluation);
  }
  const weight = 1 / instant;
  const history = evaluation.q.map((charge) => -weight * charge);
  const outcome = newton(solution, {
    weight,
    history,
    maximumIterations: settings.operatingPointIterations,
    tolerances: settings.tolerances,
    // Nodes without any capacitance keep their value of .ic only as a start.
    shunt: settings.gmin,
  });
  if (!outcome.converged) throw convergenceFailure(solution, [{ name: 'uic', outcome }]);
}
