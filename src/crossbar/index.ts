export type * from './spec.js';
export { checkCrossbar, defineCrossbar } from './define.js';
export { crossbarToNetlist } from './netlist.js';
export {
  solveCrossbar,
  type CrossbarSolution,
  type SolveOptions,
  type SolveStatistics,
} from './solve.js';
export { transferMatrix, type TransferMatrix, type TransferOptions } from './transfer.js';
export { readoutTerms, readOutputs, type OutputTerms, type Readout } from './readout.js';
