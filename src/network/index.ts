export * from './tensor.js';
export * from './graph.js';
export * from './mapping.js';
export * from './converter.js';
