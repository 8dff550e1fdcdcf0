import { invalidInput } from '../errors/index.js';
import type { MatrixLike } from './spec.js';

export interface FlatMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * A row-major copy of any matrix users bring: nested rows, `{ data, shape }`, or an `ndarray` view with
 * strides and an offset. Throws invalidInput for ragged rows and for shapes that disagree.
 */
export function flatMatrix(matrix: MatrixLike, keyPath: string): FlatMatrix {
  return isNested(matrix) ? fromRows(matrix, keyPath) : fromShaped(matrix, keyPath);
}

const isNested = (matrix: MatrixLike): matrix is readonly ArrayLike<number>[] =>
  Array.isArray(matrix);

function fromRows(matrix: readonly ArrayLike<number>[], keyPath: string): FlatMatrix {
  const rows = matrix.length;
  const columns = rows > 0 ? matrix[0].length : 0;
  const ragged = matrix.findIndex((row) => row.length !== columns);
  if (ragged >= 0) {
    throw shapeError(
      keyPath,
      `row ${ragged} has ${matrix[ragged].length} entries, row 0 has ${columns}`,
    );
  }
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) data.set(Array.from(matrix[i]), i * columns);
  return nonEmpty({ rows, columns, data }, keyPath);
}

interface Shaped {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly stride?: readonly number[];
  readonly offset?: number;
}

function fromShaped(shaped: Shaped, keyPath: string): FlatMatrix {
  const { data: source, shape } = shaped;
  if (shape.length !== 2) throw shapeError(keyPath, `${shape.length} dimensions, want 2`);
  const [rows, columns] = shape;
  const [rowStride, columnStride] = shaped.stride ?? [columns, 1];
  const offset = shaped.offset ?? 0;
  if (!shaped.stride && source.length !== rows * columns) {
    throw shapeError(keyPath, `${source.length} entries do not fill ${rows} x ${columns}`);
  }
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      data[i * columns + j] = source[offset + i * rowStride + j * columnStride];
    }
  }
  return nonEmpty({ rows, columns, data }, keyPath);
}

function nonEmpty(matrix: FlatMatrix, keyPath: string): FlatMatrix {
  if (matrix.data.length === 0) throw shapeError(keyPath, 'the matrix is empty');
  return matrix;
}

const shapeError = (keyPath: string, what: string): Error =>
  invalidInput({
    code: 'crossbar.shape',
    what: `invalid ${keyPath}: ${what}`,
    mend: 'Give rows of equal length, or { data, shape: [rows, columns] } with rows * columns entries.',
  });
