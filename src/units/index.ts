export * from './constants.js';
export * from './dimension.js';
export * from './unit.js';
export * from './quantity.js';
export * from './schema.js';
export * from './describe-schema.js';
export * from './document.js';
export * from './did-you-mean.js';
