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
export { crossbarMaps, type CrossbarMaps } from './maps.js';
export { crossbarPower, type CrossbarPower } from './power.js';
export { crossbarTasks } from './tasks.js';
export {
  tileCrossbar,
  wiredTile,
  wiredTiles,
  type ArrayParasitics,
  type CellPair,
  type DigitTile,
  type TileOptions,
  type TileTask,
  type WiredTile,
} from './tiles.js';
export type * from './cells/model.js';
export { sensitivity, type Sensitivity } from './sensitivity.js';
export { parseLevelTable } from './level-table.js';
export { transferEnsemble, type TransferEnsemble } from './monte-carlo.js';
export { mvm, type MvmOptions, type MvmResult, type SignScheme } from './mvm.js';
export {
  varyConductance,
  type Drift,
  type ProgrammingError,
  type ProgrammingLevel,
  type StuckCells,
  type Variation,
  type VariationDraw,
} from './variation.js';
export { estimateMemory, type MemoryEstimate } from './memory.js';
export { parseMatrixCsv } from './matrix-csv.js';
export { runCrossbarSpec, type CrossbarRun, type RunCrossbarOptions } from './run.js';
export { crossbarSpecSchema, type CrossbarSpec } from './schema.js';
