export * from './idx.js';
export * from './safetensors.js';
