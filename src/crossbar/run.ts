import { invalidInput } from '../errors/index.js';
import { readNpy, writeNpy } from '../formats/npy.js';
import { parseDocument } from '../units/index.js';
import type { CellModel } from './cells/model.js';
import { checkCrossbar, defineCrossbar } from './define.js';
import { parseLevelTable } from './level-table.js';
import { crossbarMaps, type CrossbarMaps } from './maps.js';
import { parseMatrixCsv } from './matrix-csv.js';
import type { FlatMatrix } from './matrix.js';
import { checkMemory, estimateMemory } from './memory.js';
import { crossbarToNetlist } from './netlist.js';
import { crossbarPower, type CrossbarPower } from './power.js';
import { crossbarSpecSchema, type CrossbarSpec } from './schema.js';
import { solveCrossbar, type CrossbarSolution } from './solve.js';
import type { Crossbar } from './spec.js';
import { tileCrossbar } from './tiles.js';
import { transferMatrix, type TransferMatrix } from './transfer.js';
import { varyConductance, type Variation } from './variation.js';

export interface RunCrossbarOptions {
  /** Name of the spec, for messages. */
  readonly file: string;
  /** Bytes of a file named in the spec, relative to it; throws its own error when it is missing. */
  readonly resolve: (path: string) => Uint8Array;
  /** Refuse what needs more (bytes). Default 4 GiB. */
  readonly memoryBytes?: number;
  /** Changes the plain data before validation (`--set`). */
  readonly override?: (data: unknown) => unknown;
}

export interface CrossbarRun {
  readonly spec: CrossbarSpec;
  /** The drawn chip where the spec has variation, else as programmed. */
  readonly crossbar: Crossbar;
  readonly programmed: Crossbar;
  /** What chips are drawn by. */
  readonly variation?: Variation;
  /** B x M (V, or gate drives). */
  readonly inputs: Float64Array;
  readonly solution: CrossbarSolution;
  /** Output currents of ideal wires, drivers and loads, B x outputs (A). */
  readonly idealOutputs: Float64Array;
  /** Maps of the first input vector. */
  readonly maps: CrossbarMaps;
  /** Where the power of the first input vector goes. */
  readonly power: CrossbarPower;
  /** Absent for cells or rows that are not linear. */
  readonly transfer?: TransferMatrix;
  /** Exports by file name: netlist of the first vector, T, currents and maps. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

/**
 * What `spinbar crossbar SPEC.yaml` does, without touching files: reads the spec, solves every input
 * vector, maps the first, and gives the exports. Throws invalidInput with key paths for a bad spec, and
 * with the number when the crossbar is larger than memory.
 */
export function runCrossbarSpec(
  text: string,
  { file, resolve, memoryBytes = 4 * 2 ** 30, override }: RunCrossbarOptions,
): CrossbarRun {
  const spec = parseDocument(crossbarSpecSchema, text, file, override ? { override } : {});
  const drawn = crossbarOf(spec, resolve, memoryBytes);
  const { crossbar } = drawn;
  const { rows, columns } = crossbar;
  const linear = crossbar.cell.kind === 'linear' && crossbar.topology.kind === 'standard';
  const estimate = estimateMemory(rows, columns);
  const needed = linear ? estimate.transferBytes : estimate.solveBytes;
  checkMemory(`a ${rows} x ${columns} crossbar`, needed, memoryBytes);
  const inputs = inputsOf(spec, rows, resolve);
  const solution = solveCrossbar(crossbar, inputs, { tolerance: spec.tolerance });
  const ideal: Crossbar = { ...crossbar, wire: { wordLine: 0, bitLine: 0 }, driver: 0, load: 0 };
  const maps = crossbarMaps(crossbar, inputs.subarray(0, rows), { tolerance: spec.tolerance });
  const { topology } = crossbar;
  const source = topology.kind === 'gated' ? inputs.slice(0, rows).fill(topology.readVolt) : inputs;
  const power = crossbarPower(crossbar, maps, source);
  const transfer = linear ? transferMatrix(crossbar) : undefined;
  return {
    spec,
    ...drawn,
    inputs,
    solution,
    idealOutputs: solveCrossbar(ideal, inputs, { tolerance: spec.tolerance }).outputs,
    maps,
    power,
    ...(transfer ? { transfer } : {}),
    files: {
      'crossbar.cir': crossbarToNetlist(crossbar, inputs.subarray(0, rows)),
      'currents.npy': writeNpy({ shape: [solution.vectors, columns], data: solution.currents }),
      'voltage-drop.npy': writeNpy({ shape: [rows, columns], data: maps.voltageDrop }),
      'cell-current.npy': writeNpy({ shape: [rows, columns], data: maps.cellCurrent }),
      'cell-power.npy': writeNpy({ shape: [rows, columns], data: maps.cellPower }),
      'word-line-power.npy': writeNpy({ shape: [rows, columns], data: power.wordLineSegments }),
      'bit-line-power.npy': writeNpy({ shape: [rows, columns], data: power.bitLineSegments }),
      ...(transfer
        ? { 'transfer.npy': writeNpy({ shape: [transfer.outputs, rows], data: transfer.values }) }
        : {}),
    },
  };
}

type Resolve = RunCrossbarOptions['resolve'];

function crossbarOf(
  spec: CrossbarSpec,
  resolve: Resolve,
  memoryBytes: number,
): Pick<CrossbarRun, 'crossbar' | 'programmed' | 'variation'> {
  const { wire, driver, load, driveSide, senseSide, endSegments, gated, variation } = spec;
  const common = { wire, driver, load, driveSide, senseSide, endSegments };
  const cell = cellOf(spec.cell);
  const drawn = programmedCells(spec, resolve, memoryBytes);
  const programmed = defineCrossbar({
    ...common,
    conductance: { data: drawn.data, shape: [drawn.rows, drawn.columns] },
    cell,
    topology: gated === undefined ? { kind: 'standard' } : { kind: 'gated', readVolt: gated },
    readout: spec.readout ?? drawn.readout ?? { kind: 'columns' },
  });
  if (!variation) return { crossbar: programmed, programmed };
  const { seed, chip } = variation;
  const law = variationOf(drawn.data, variation, resolve);
  const conductance = varyConductance(programmed.conductance, law, { seed, chip });
  const crossbar = { ...programmed, conductance };
  checkCrossbar(crossbar);
  return { crossbar, programmed, variation: law };
}

type Programmed = FlatMatrix & { readonly readout?: Crossbar['readout'] };

function programmedCells(
  { cells }: CrossbarSpec,
  resolve: Resolve,
  memoryBytes: number,
): Programmed {
  if ('conductances' in cells) return matrixFile(cells.conductances, resolve);
  if ('rows' in cells) {
    const { rows, columns, resistance } = cells;
    const { solveBytes } = estimateMemory(rows, columns);
    checkMemory(`a ${rows} x ${columns} crossbar`, solveBytes, memoryBytes);
    return { rows, columns, data: new Float64Array(rows * columns).fill(1 / resistance) };
  }
  const { rows: columns, columns: rows, data } = matrixFile(cells.weights, resolve);
  const scale = data.reduce((top, weight) => Math.max(top, Math.abs(weight)), 0) || 1;
  const { conductance, readout } = tileCrossbar(
    { rows, columns, digits: data.map((weight) => weight / scale) },
    { onSiemens: 1 / cells.on, offSiemens: 1 / cells.off, pair: 'one-sided' },
    {},
  );
  return { rows, columns: 2 * columns, data: conductance, readout };
}

/** The spec's variation as the core takes it; stuck cells go to the ends of the programmed range. */
function variationOf(
  data: Float64Array,
  asked: NonNullable<CrossbarSpec['variation']>,
  resolve: Resolve,
): Variation {
  const { deviceSpread, programming, programmingTable, readNoise, drift } = asked;
  const table =
    programmingTable === undefined
      ? undefined
      : parseLevelTable(new TextDecoder().decode(resolve(programmingTable)), programmingTable);
  const stuck = {
    on: asked.stuckOn,
    off: asked.stuckOff,
    open: asked.stuckOpen,
    onSiemens: data.reduce((most, value) => Math.max(most, value), 0),
    offSiemens: data.reduce((least, value) => Math.min(least, value), Infinity),
  };
  return {
    deviceSpread,
    readNoise,
    stuck,
    ...(drift
      ? {
          drift: {
            timeSeconds: drift.time,
            referenceSeconds: drift.reference,
            nuMean: drift.mean,
            nuSigma: drift.sigma,
          },
        }
      : {}),
    programming: table
      ? { kind: 'table', levels: table }
      : { kind: 'proportional', sigma: programming },
  };
}

function cellOf(cell: CrossbarSpec['cell']): CellModel {
  switch (cell.kind) {
    case 'mtj': {
      const { tmr, halfVoltage, parallel } = cell;
      return { kind: 'mtj', tmr, halfVoltage, parallelSiemens: 1 / parallel };
    }
    case '1t1r': {
      const { on, overdrive, output } = cell;
      return { kind: '1t1r', overdrive, onSiemens: 1 / on, outputSiemens: 1 / output };
    }
    default:
      return cell;
  }
}

function inputsOf({ inputs }: CrossbarSpec, rows: number, resolve: Resolve): Float64Array {
  if ('volts' in inputs) {
    const { volts } = inputs;
    if (typeof volts === 'number') return new Float64Array(rows).fill(volts);
    return Float64Array.from(volts);
  }
  const { columns, data } = matrixFile(inputs.file, resolve);
  if (columns === rows || data.length === rows) return data;
  throw invalidInput({
    code: 'crossbar.input-length',
    what: `${columns} voltages a row for ${rows} word lines`,
    where: { file: inputs.file },
    mend: `Give ${rows} numbers a row, one row an input vector.`,
  });
}

function matrixFile(path: string, resolve: Resolve): FlatMatrix {
  const bytes = resolve(path);
  if (!path.endsWith('.npy')) return parseMatrixCsv(new TextDecoder().decode(bytes), path);
  const { shape, data } = readNpy(bytes, path);
  const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
  if (shape.length > 2 || data.length === 0) {
    throw invalidInput({
      code: 'crossbar.shape',
      what: `an array of shape (${shape.join(', ')}) is no matrix`,
      where: { file: path },
      mend: 'Save a matrix with one or two axes.',
    });
  }
  return { rows, columns, data };
}
