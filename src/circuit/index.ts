export * from './batch.js';
export * from './elements/index.js';
export * from './output/csv.js';
export * from './output/json.js';
export * from './output/raw.js';
export * from './output/select-vectors.js';
export * from './prepared-circuit.js';
export * from './result.js';
export * from './settings.js';
export * from './simulate.js';
export type {
  BuildContext,
  Declarations,
  ElementGroup,
  ElementSettings,
  ElementType,
  Evaluation,
} from './system/element.js';
