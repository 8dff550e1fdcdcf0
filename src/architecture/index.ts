export * from './layer-work.js';
export * from './layer-work-of.js';
export * from './converter-price.js';
export * from './schedule.js';
export * from './cost.js';
export * from './component-schema.js';
export * from './adc.js';
export * from './organisation.js';
