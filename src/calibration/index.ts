export type * from './switching-curve.js';
export * from './switching-models.js';
export * from './evaluate-curve.js';
export * from './extrapolation.js';
export * from './fit-curve.js';
export * from './fit-parameters.js';
export * from './protocol-schema.js';
export * from './check-protocol.js';
export * from './response.js';
export * from './monte-carlo.js';
export { solveProbabilities, suitsFokkerPlanck, type SolverOptions } from './fokker-planck.js';
export { DEFAULT_PRECISION, relativeErrors, type CalibrationPrecision } from './plan.js';
export { findMonotoneRange, restrictToRise, type MonotoneRange } from './monotonicity.js';
export * from './calibrate.js';
export * from './curve-file.js';
export * from './measured-data.js';
export * from './population.js';
export {
  parseMagnetProblem,
  switchingProblem,
  type MagnetProblem,
  type SwitchingProblem,
} from './magnet-problem.js';
export * from './switching-probability.js';
export { parseSurface, parseSurfacePlan, type SurfacePlan } from './surface-schema.js';
export * from './surface.js';
