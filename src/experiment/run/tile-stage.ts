import {
  solveCrossbar,
  tileCrossbar,
  type ArrayParasitics,
  type Crossbar,
  type DigitTile,
} from '../../crossbar/index.js';
import {
  chunkRows,
  isMapped,
  layerMapping,
  matrixNodes,
  rowSources,
  sliceWeights,
  type Graph,
  type Mapping,
  type MatrixNode,
  type CellConductance,
  type SlicedWeights,
  type WeightSlice,
  type Weights,
} from '../../network/index.js';
import { philox4x32 } from '../../numerics/philox.js';
import { streamKey } from '../../numerics/stream.js';

/** A stretch [first, last) of a layer's rows or columns. */
type Stretch = readonly [number, number];

interface Tile {
  /** The slice whose digits the cells hold. */
  readonly slice: WeightSlice;
  /** Rows of the whole layer. */
  readonly layerRows: number;
  readonly rows: Stretch;
  readonly columns: Stretch;
}

/** A mapped layer cut into physical arrays. */
export interface LayerTiles {
  readonly layer: string;
  readonly rows: number;
  readonly columns: number;
  readonly slices: number;
  readonly chunks: number;
  /** Arrays of at most R x C differential columns. */
  readonly tiles: number;
}

/** What the tiles of a network carry, solved by the crossbar room. */
export interface TileReport {
  readonly layers: readonly LayerTiles[];
  /**
   * Largest deviation of a tile's column currents from V (on - off) PS, relative to the largest current,
   * over every tile with ideal wires and one random input each.
   */
  readonly largestDeviation: number;
  readonly currents: number;
  /** One full tile with its wires, every row driven by the read voltage. */
  readonly map: VoltageMap;
}

export interface VoltageMap {
  readonly layer: string;
  readonly rows: number;
  /** Bit lines: two for each output. */
  readonly columns: number;
  /** Read voltage lost in the wires before and after each cell (V), rows x columns. */
  readonly dropVolt: Float64Array;
  /** Largest loss of a differential column's current by the wires, relative to its ideal full scale. */
  readonly largestCurrentLoss: number;
}

export interface TileOptions {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly mapping: Mapping;
  readonly wires: ArrayParasitics;
  readonly seed: number;
}

/** Derives the cell conductances of every tile, and checks what their columns carry. */
export function examineTiles({ graph, weights, mapping, wires, seed }: TileOptions): TileReport {
  const names = matrixNodes(graph).map(({ name }) => name);
  const mapped = matrixNodes(graph).filter(({ name }) => isMapped(mapping, name, names));
  const layers: LayerTiles[] = [];
  let largestDeviation = 0;
  let currents = 0;
  let example: { readonly layer: string; readonly tile: Tile; readonly size: number } | undefined;
  for (const [index, node] of mapped.entries()) {
    const own = layerMapping(mapping, node.name);
    const sliced = slicedLayer(node, weights, mapping);
    const chunks = chunkRows(sliced.rows, own);
    const stretches = columnStretches(sliced.columns, own.columnsPerArray);
    const key = streamKey(seed, `experiment.tile-input.${index}`);
    let count = 0;
    for (const slice of sliced.slices) {
      for (const rows of chunks) {
        for (const columns of stretches) {
          const tile: Tile = { slice, layerRows: sliced.rows, rows, columns };
          const digits = randomDigits(key, count, rows[1] - rows[0]);
          largestDeviation = Math.max(largestDeviation, deviation(tile, mapping, digits));
          currents += columns[1] - columns[0];
          count += 1;
          const size = (rows[1] - rows[0]) * (columns[1] - columns[0]);
          if (size > (example?.size ?? 0)) example = { layer: node.name, tile, size };
        }
      }
    }
    layers.push({
      layer: node.name,
      rows: sliced.rows,
      columns: sliced.columns,
      slices: sliced.slices.length,
      chunks: chunks.length,
      tiles: count,
    });
  }
  if (!example) throw new RangeError('no layer is mapped');
  const crossbar = arrayOf(example.tile, mapping.cell, wires);
  return {
    layers,
    largestDeviation,
    currents,
    map: { layer: example.layer, ...voltageMap(crossbar, mapping.cell.readVolt) },
  };
}

/** A layer's weights, quantised and sliced in the order of the array rows. */
export function slicedLayer(node: MatrixNode, weights: Weights, mapping: Mapping): SlicedWeights {
  const own = layerMapping(mapping, node.name);
  const weight = weights.get(node.weights.weight);
  if (!weight) throw new RangeError(`no weights ${node.weights.weight}`);
  const [outputs, channels, ...kernel] = weight.shape;
  const order = rowSources(
    channels,
    kernel.reduce((a, b) => a * b, 1),
    own.rowOrder,
  );
  const rows = order.length;
  const ordered = Float32Array.from({ length: weight.data.length }, (_, at) => {
    const output = Math.floor(at / rows);
    return weight.data[output * rows + order[at % rows]];
  });
  return sliceWeights(ordered, outputs, own);
}

const columnStretches = (
  columns: number,
  perArray: number,
): readonly (readonly [number, number])[] =>
  Array.from(
    { length: Math.ceil(columns / perArray) },
    (_, c) => [c * perArray, Math.min(columns, (c + 1) * perArray)] as const,
  );

function randomDigits(key: ReturnType<typeof streamKey>, tile: number, rows: number): Int8Array {
  const words = new Uint32Array(4);
  return Int8Array.from({ length: rows }, (_, i) => {
    philox4x32(key, i, tile, 0, 0, words);
    return words[0] >>> 31 === 0 ? 1 : -1;
  });
}

/** The physical array of a tile: of each pair of cells the one of the digit's sign rises from `off`. */
const arrayOf = (tile: Tile, cell: CellConductance, wires: ArrayParasitics): Crossbar =>
  tileCrossbar(digitsOf(tile), { ...cell, pair: 'one-sided' }, wires);

function digitsOf({ slice, layerRows, rows: [top, bottom], columns }: Tile): DigitTile {
  const rows = bottom - top;
  const digits = new Int8Array(rows * (columns[1] - columns[0]));
  for (let o = columns[0]; o < columns[1]; o += 1) {
    const from = o * layerRows;
    digits.set(slice.digits.subarray(from + top, from + bottom), (o - columns[0]) * rows);
  }
  return { rows, columns: columns[1] - columns[0], digits, cellShare: slice.cellShare };
}

/** Solved column currents of an ideal tile against V (on - off) cellShare PS. */
function deviation(tile: Tile, { cell }: Mapping, digits: Int8Array): number {
  const { slice, layerRows, rows, columns } = tile;
  const voltages = Float64Array.from(digits, (digit) => digit * cell.readVolt);
  const { outputs: solved } = solveCrossbar(arrayOf(tile, cell, {}), voltages);
  const perDigit = cell.readVolt * (cell.onSiemens - cell.offSiemens) * slice.cellShare;
  let worst = 0;
  for (let j = 0; j < solved.length; j += 1) {
    const column = (columns[0] + j) * layerRows;
    let partialSum = 0;
    for (let i = 0; i < digits.length; i += 1)
      partialSum += digits[i] * slice.digits[column + rows[0] + i];
    worst = Math.max(worst, Math.abs(solved[j] - perDigit * partialSum));
  }
  return worst / (Math.abs(perDigit) * digits.length);
}

function voltageMap(crossbar: Crossbar, readVolt: number): Omit<VoltageMap, 'layer'> {
  const { rows, columns, conductance } = crossbar;
  const drive = new Float64Array(rows).fill(readVolt);
  const solution = solveCrossbar(crossbar, drive, { voltages: true });
  const { wordLineVoltages: w = new Float64Array(), bitLineVoltages: b = new Float64Array() } =
    solution;
  const dropVolt = Float64Array.from(
    { length: rows * columns },
    (_, k) => readVolt - (w[k] - b[k]),
  );
  const ideal = new Float64Array(columns);
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j < columns; j += 1) ideal[j] += readVolt * conductance[i * columns + j];
  const fullScale = Math.max(...ideal);
  const loss = solution.outputs.map(
    (current, j) => Math.abs(ideal[2 * j] - ideal[2 * j + 1] - current) / fullScale,
  );
  return { rows, columns, dropVolt, largestCurrentLoss: Math.max(...loss) };
}
