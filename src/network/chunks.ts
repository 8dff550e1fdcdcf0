import type { LayerMapping } from './mapping.js';

/** Row ranges [start, end) of a layer's arrays: K rows cut into ceil(K / R) chunks. */
export function chunkRows(
  rows: number,
  { rowsPerArray, chunkRule }: Pick<LayerMapping, 'rowsPerArray' | 'chunkRule'>,
): readonly (readonly [number, number])[] {
  const count = Math.ceil(rows / rowsPerArray);
  const length = chunkRule === 'fill' ? rowsPerArray : Math.ceil(rows / count);
  return Array.from(
    { length: count },
    (_, c) => [c * length, Math.min(rows, (c + 1) * length)] as const,
  );
}

/**
 * Which weight, in (channel, kernelHeight, kernelWidth) order, stands in each array row.
 * `kernelSize` is kernelHeight * kernelWidth; 1 for a linear layer.
 */
export function rowSources(
  channels: number,
  kernelSize: number,
  rowOrder: LayerMapping['rowOrder'],
): Int32Array {
  return Int32Array.from({ length: channels * kernelSize }, (_, row) =>
    rowOrder === 'channel-major' ? row : (row % channels) * kernelSize + Math.floor(row / channels),
  );
}
