import { invalidInput } from '../errors/index.js';

/**
 * How outputs are formed from column currents (Kirchhoff sums at the sense nodes):
 * - `columns`: one output a column.
 * - `differential`: positive minus negative column of each pair; `interleaved` pairs are columns
 *   (0, 1), (2, 3), ..., `halves` pairs are columns (k, k + N/2).
 * - `reference`: every other column minus `factor` times one shared offset column.
 * - `dummy`: columns that are there but not read, such as those at the edges of an array.
 */
export type Readout =
  | { readonly kind: 'columns' }
  | { readonly kind: 'differential'; readonly pairs: 'interleaved' | 'halves' }
  | { readonly kind: 'reference'; readonly column: number; readonly factor: number }
  | { readonly kind: 'dummy'; readonly columns: readonly number[] };

/** Output o = sum over its terms of weight times column current. */
export type OutputTerms = readonly (readonly [column: number, weight: number])[];

/** The terms of every output. Throws invalidInput when the readout does not fit the columns. */
export function readoutTerms(readout: Readout, columns: number): OutputTerms[] {
  const all = Array.from({ length: columns }, (_, j) => j);
  switch (readout.kind) {
    case 'columns':
      return all.map((j) => [[j, 1]]);
    case 'differential': {
      if (columns % 2 !== 0) throw misfit(`differential readout of ${columns} columns`, 'even');
      const half = columns / 2;
      const pair = (o: number): [number, number] =>
        readout.pairs === 'interleaved' ? [2 * o, 2 * o + 1] : [o, o + half];
      return all.slice(0, half).map((o) => {
        const [positive, negative] = pair(o);
        return [
          [positive, 1],
          [negative, -1],
        ];
      });
    }
    case 'reference': {
      const { column, factor } = readout;
      if (!all.includes(column)) throw misfit(`reference column ${column} of ${columns}`, 'inside');
      if (!Number.isFinite(factor)) throw misfit(`reference factor ${factor}`, 'finite');
      return all
        .filter((j) => j !== column)
        .map((j) => [
          [j, 1],
          [column, -factor],
        ]);
    }
    case 'dummy': {
      const outside = readout.columns.find((column) => !all.includes(column));
      if (outside !== undefined) throw misfit(`dummy column ${outside} of ${columns}`, 'inside');
      return all.filter((j) => !readout.columns.includes(j)).map((j) => [[j, 1]]);
    }
  }
}

const misfit = (what: string, want: 'even' | 'inside' | 'finite'): Error =>
  invalidInput({
    code: 'crossbar.readout',
    what: `invalid readout: ${what}`,
    mend: {
      even: 'Pairs need an even number of columns.',
      inside: 'Columns count from 0 to N - 1.',
      finite: 'The factor is a finite number, 1 for a full offset column.',
    }[want],
  });

/** Applies output terms to B vectors of column currents (B x N); gives B x outputs. */
export function readOutputs(
  terms: readonly OutputTerms[],
  currents: Float64Array,
  columns: number,
): Float64Array {
  const vectors = currents.length / columns;
  const outputs = new Float64Array(vectors * terms.length);
  for (let vector = 0; vector < vectors; vector += 1) {
    terms.forEach((output, o) => {
      let total = 0;
      for (const [column, weight] of output) total += weight * currents[vector * columns + column];
      outputs[vector * terms.length + o] = total;
    });
  }
  return outputs;
}
