export * from './idx.js';
export * from './safetensors.js';
export * from './cifar.js';
export * from './pytorch.js';
export * from './onnx.js';
export * from './npy.js';
