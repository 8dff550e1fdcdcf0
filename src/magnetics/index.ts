export type * from './device.js';
export * from './macrospin.js';
export * from './ensemble.js';
export { reducedEnergy } from './equilibrium.js';
export { recommendedStep } from './program.js';
