export * from './document.js';
export * from './render.js';
export * from './csv.js';
export * from './figures/accuracy.js';
export * from './figures/array-map.js';
export * from './figures/confusion.js';
export * from './figures/cost.js';
export * from './figures/switching-curve.js';
