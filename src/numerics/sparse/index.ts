export * from './compressed-columns.js';
export * from './elimination-tree.js';
export * from './ldl.js';
export * from './lu.js';
export * from './minimum-degree.js';
export * from './nested-dissection.js';
export * from './transversal.js';
