export * from './analysis-description.js';
export * from './circuit-description.js';
export * from './expression/behaviour.js';
export * from './source-text.js';
export * from './waveform-description.js';
