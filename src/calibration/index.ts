export type * from './switching-curve.js';
export * from './switching-models.js';
export * from './evaluate-curve.js';
export * from './fit-curve.js';
export * from './fit-parameters.js';
