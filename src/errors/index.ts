export * from './diagnostic.js';
export * from './spinbar-error.js';
