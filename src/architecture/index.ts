export * from './layer-work.js';
export * from './component-schema.js';
export * from './adc.js';
export * from './organisation.js';
