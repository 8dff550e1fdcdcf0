export * from './progress.js';
export * from './overrides.js';
