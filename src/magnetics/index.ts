export type * from './device.js';
export * from './device-schema.js';
export * from './macrospin.js';
export * from './reduce.js';
export * from './ensemble.js';
export type { EarlyStop } from './early-stop.js';
export * from './torques.js';
export * from './channel.js';
export * from './resistance.js';
export * from './well.js';
export * from './escape-rate.js';
export * from './figures.js';
export * from './regime.js';
export * from './splitting.js';
export * from './switching-times.js';
export * from './threshold.js';
export * from './trajectory.js';
export { sampleEquilibrium } from './equilibrium.js';
export * from './rates.js';
export { slowestRate, type SlowestRate } from './sphere-eigenvalue.js';
export { axialEigenvalue } from './axial-eigenvalue.js';
export {
  axialSwitching,
  writeErrorRate,
  type AxialSegment,
  type AxialSwitching,
} from './write-error.js';
export * from './temperature.js';
export * from './equation-of-motion.js';
export * from './anisotropy.js';
export { voltageAnisotropy } from './vcma.js';
export { demagnetisingFactors } from './demagnetisation.js';
export { reducedEnergy } from './equilibrium.js';
export { recommendedStep } from './program.js';
export {
  solveFokkerPlanck,
  type FokkerPlanckRequest,
  type FokkerPlanckResult,
} from './fokker-planck.js';
export {
  meanDirection,
  probabilityTowards,
  type DensityStart,
  type SphereDensity,
} from './sphere-density.js';
