import fc from 'fast-check';
import { Matrix, solve as denseSolve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import {
  analyseLdl,
  analyseLu,
  compressEntries,
  factorLdl,
  factorLu,
  gridDissection,
  isSingular,
  maximumTransversal,
  minimumDegreeOrder,
  multiplyAdd,
  multiplyAddBoth,
  refactorLu,
  rowView,
  slotOf,
  solveLdl,
  solveLu,
  solveTransposedLu,
  symmetricGraph,
  transposedMultiplyAdd,
  withoutDiagonal,
  type SparsePattern,
} from '../../../src/numerics/sparse/index.js';

interface Sparse {
  pattern: SparsePattern;
  values: Float64Array;
}

function fromEntries(
  size: number,
  entries: readonly (readonly [number, number, number])[],
): Sparse {
  const { pattern, slot } = compressEntries(
    size,
    Int32Array.from(entries, ([i]) => i),
    Int32Array.from(entries, ([, j]) => j),
  );
  const values = new Float64Array(pattern.columnStart[size]);
  entries.forEach(([, , v], k) => (values[slot[k]] += v));
  return { pattern, values };
}

function dense({ pattern, values }: Sparse): Matrix {
  const full = Matrix.zeros(pattern.size, pattern.size);
  for (let j = 0; j < pattern.size; j++) {
    for (let p = pattern.columnStart[j]; p < pattern.columnStart[j + 1]; p++) {
      full.set(pattern.rowIndex[p], j, values[p]);
    }
  }
  return full;
}

const residual = ({ pattern, values }: Sparse, x: Float64Array, b: Float64Array) => {
  const r = b.map((v) => -v);
  multiplyAdd(pattern, values, x, r);
  return Math.max(...r.map(Math.abs));
};

/** Laplacian of an m x n grid with conductances around 1 and every node tied to ground a little. */
function grid(m: number, n: number, ground = 0.01): Sparse {
  const entries: [number, number, number][] = [];
  const edge = (a: number, b: number, g: number) => {
    entries.push([a, a, g], [b, b, g], [a, b, -g], [b, a, -g]);
  };
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const k = i * n + j;
      entries.push([k, k, ground]);
      if (j + 1 < n) edge(k, k + 1, 1 + ((i * 7 + j * 3) % 5));
      if (i + 1 < m) edge(k, k + n, 1 + ((i * 2 + j * 11) % 7));
    }
  }
  return fromEntries(m * n, entries);
}

const sparseMatrix = fc
  .integer({ min: 1, max: 24 })
  .chain((size) =>
    fc
      .array(
        fc.tuple(
          fc.nat(size - 1),
          fc.nat(size - 1),
          fc.double({ min: -5, max: 5, noNaN: true, noDefaultInfinity: true }),
        ),
        { minLength: size, maxLength: 5 * size },
      )
      .map((entries) => ({ size, entries })),
  );

describe('compressed columns', () => {
  it('merges duplicates, sorts rows and sends ground entries to the spare slot', () => {
    const { pattern, slot } = compressEntries(
      3,
      Int32Array.of(2, 0, 2, 3, 1),
      Int32Array.of(0, 0, 0, 1, 2),
    );
    expect([...pattern.columnStart]).toEqual([0, 2, 2, 3]);
    expect([...pattern.rowIndex]).toEqual([0, 2, 1]);
    expect([...slot]).toEqual([1, 0, 1, 3, 2]);
    expect(slotOf(pattern, 2, 0)).toBe(1);
    expect(slotOf(pattern, 1, 0)).toBe(-1);
  });

  it('multiplies like the dense matrix, also transposed', () => {
    fc.assert(
      fc.property(sparseMatrix, ({ size, entries }) => {
        const a = fromEntries(size, entries);
        const x = Float64Array.from({ length: size }, (_, i) => Math.sin(i + 1));
        const y = new Float64Array(size);
        multiplyAdd(a.pattern, a.values, x, y);
        const z = new Float64Array(size);
        transposedMultiplyAdd(a.pattern, a.values, x, z);
        const full = dense(a);
        const expected = full.mmul(Matrix.columnVector([...x])).to1DArray();
        const transposed = full
          .transpose()
          .mmul(Matrix.columnVector([...x]))
          .to1DArray();
        for (let i = 0; i < size; i++) {
          expect(y[i]).toBeCloseTo(expected[i], 10);
          expect(z[i]).toBeCloseTo(transposed[i], 10);
        }
      }),
    );
  });
});

describe('minimum degree', () => {
  it('gives a permutation for any graph', () => {
    fc.assert(
      fc.property(sparseMatrix, ({ size, entries }) => {
        const order = minimumDegreeOrder(symmetricGraph(fromEntries(size, entries).pattern));
        expect([...order].sort((a, b) => a - b)).toEqual([...Array(size).keys()]);
      }),
      { numRuns: 300 },
    );
  });

  it('eliminates trees without fill', () => {
    const entries: [number, number, number][] = [];
    const n = 200;
    for (let k = 0; k < n; k++) {
      entries.push([k, k, 4]);
      if (k > 0) {
        const parent = (k * 7919) % k;
        entries.push([k, parent, -1], [parent, k, -1]);
      }
    }
    const a = fromEntries(n, entries);
    expect(analyseLdl(a.pattern).columnStart[n]).toBe(n - 1);
  });

  it('keeps the fill of a 60 x 60 grid within 1.3 times n log2 n x 31 / 8', () => {
    const side = 60;
    const n = side * side;
    const fill = analyseLdl(grid(side, side).pattern).columnStart[n];
    expect(fill).toBeLessThan(1.3 * (31 / 8) * n * Math.log2(side));
  });

  it('puts a dense row last and handles a star', () => {
    const entries: [number, number, number][] = [];
    const n = 5000;
    for (let k = 0; k < n; k++) {
      entries.push([k, k, 3]);
      if (k > 0) entries.push([0, k, -1e-3], [k, 0, -1e-3]);
    }
    const order = minimumDegreeOrder(symmetricGraph(fromEntries(n, entries).pattern));
    expect(order[n - 1]).toBe(0);
  });
});

describe('grid dissection', () => {
  it('beats minimum degree on an array: word lines over bit lines, a cell at each crossing', () => {
    const side = 48;
    const entries: [number, number, number][] = [];
    const edge = (a: number, b: number) => {
      entries.push([a, a, 1], [b, b, 1], [a, b, -1], [b, a, -1]);
    };
    for (let k = 0; k < side * side; k++) {
      edge(k, side * side + k);
      if (k % side > 0) edge(k - 1, k);
      if (k >= side) edge(side * side + k - side, side * side + k);
    }
    const { pattern } = fromEntries(2 * side * side, entries);
    const order = gridDissection(withoutDiagonal(pattern))!;
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(2 * side * side).keys()]);
    const flops = (given: Int32Array) => {
      const { columnStart, size } = analyseLdl(pattern, { order: given });
      let sum = 0;
      for (let j = 0; j < size; j++) sum += (columnStart[j + 1] - columnStart[j]) ** 2;
      return sum;
    };
    expect(flops(order)).toBeLessThan(flops(minimumDegreeOrder(symmetricGraph(pattern))));
  });

  it('declines what is no grid: a random graph, a disconnected one', () => {
    const n = 600;
    const random = fromEntries(
      n,
      Array.from({ length: 3 * n }, (_, k) => {
        const a = (k * 7919) % n;
        const b = (k * 104729 + 13 * k * k) % n;
        return [
          [a, b, 1],
          [b, a, 1],
        ] as const;
      }).flat(),
    );
    expect(gridDissection(withoutDiagonal(random.pattern))).toBeUndefined();
    expect(gridDissection(fromEntries(n, [[0, 1, 1]]).pattern)).toBeUndefined();
  });
});

describe('transversal', () => {
  it('finds a zero-free diagonal whenever one exists', () => {
    fc.assert(
      fc.property(sparseMatrix, fc.nat(1000), ({ size, entries }, seed) => {
        const shift = seed % size;
        const a = fromEntries(size, [
          ...entries,
          ...Array.from({ length: size }, (_, i) => [(i + shift) % size, i, 1] as const),
        ]);
        const rows = maximumTransversal(a.pattern);
        expect(new Set(rows).size).toBe(size);
        rows.forEach((i, j) => expect(slotOf(a.pattern, i, j)).toBeGreaterThanOrEqual(0));
      }),
    );
  });
});

describe('LU', () => {
  it('solves, solves transposed and refactors like dense elimination', () => {
    fc.assert(
      fc.property(sparseMatrix, ({ size, entries }) => {
        // A shifted cyclic diagonal makes it regular but not diagonally dominant in place.
        const regular = [
          ...entries,
          ...Array.from({ length: size }, (_, i) => [(i + 1) % size, i, 40] as const),
        ];
        const a = fromEntries(size, regular);
        const factors = factorLu(analyseLu(a.pattern), a.values);
        if (isSingular(factors)) throw new Error('singular');
        const b = Float64Array.from({ length: size }, (_, i) => Math.cos(3 * i));
        const x = new Float64Array(size);
        solveLu(factors, b, x);
        expect(residual(a, x, b)).toBeLessThan(1e-9);
        const expected = denseSolve(dense(a).transpose(), Matrix.columnVector([...b]));
        solveTransposedLu(factors, b, x);
        for (let i = 0; i < size; i++) expect(x[i]).toBeCloseTo(expected.get(i, 0), 9);
        const changed = { ...a, values: a.values.map((v, k) => v * (1 + 0.1 * Math.sin(k))) };
        expect(refactorLu(factors, changed.values)).toBe(true);
        solveLu(factors, b, x);
        expect(residual(changed, x, b)).toBeLessThan(1e-9);
      }),
      { numRuns: 200 },
    );
  });

  it('pivots off the diagonal where it must and names the singular column', () => {
    const swapped = fromEntries(2, [
      [0, 0, 0],
      [0, 1, 2],
      [1, 0, 3],
      [1, 1, 1],
    ]);
    const factors = factorLu(analyseLu(swapped.pattern), swapped.values);
    if (isSingular(factors)) throw new Error('singular');
    const x = new Float64Array(2);
    solveLu(factors, Float64Array.of(2, 4), x);
    expect([...x]).toEqual([1, 1]);
    const singular = fromEntries(3, [
      [0, 0, 1],
      [1, 1, 0],
      [2, 2, 1],
    ]);
    expect(factorLu(analyseLu(singular.pattern), singular.values)).toEqual({ singularColumn: 1 });
  });

  it('refuses to refactor on a pivot that has vanished', () => {
    const a = fromEntries(2, [
      [0, 0, 1],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 3],
    ]);
    const factors = factorLu(analyseLu(a.pattern), a.values);
    if (isSingular(factors)) throw new Error('singular');
    expect(refactorLu(factors, Float64Array.of(0, 1, 1, 0))).toBe(false);
  });
});

describe('LDL', () => {
  it('solves grids to rounding', () => {
    const a = grid(17, 23);
    const factors = analyseLdl(a.pattern);
    expect(factorLdl(factors, a.values)).toBe(-1);
    const b = Float64Array.from({ length: a.pattern.size }, (_, i) => Math.sin(i));
    const x = b.slice();
    solveLdl(factors, x, new Float64Array(b.length));
    expect(residual(a, x, b)).toBeLessThan(1e-11);
  });

  it('handles quasi-definite matrices and reports a vanishing pivot by its index', () => {
    const quasi = fromEntries(3, [
      [0, 0, 2],
      [1, 1, 3],
      [2, 2, -0.5],
      [0, 2, 1],
      [2, 0, 1],
      [1, 2, -1],
      [2, 1, -1],
    ]);
    const factors = analyseLdl(quasi.pattern);
    expect(factorLdl(factors, quasi.values)).toBe(-1);
    const b = Float64Array.of(1, 2, 3);
    const x = b.slice();
    solveLdl(factors, x, new Float64Array(3));
    expect(residual(quasi, x, b)).toBeLessThan(1e-14);
    const floating = fromEntries(2, [
      [0, 0, 1],
      [1, 1, 1],
      [0, 1, -1],
      [1, 0, -1],
    ]);
    expect(factorLdl(analyseLdl(floating.pattern), floating.values)).toBeGreaterThanOrEqual(0);
  });
});

describe('products by rows', () => {
  it('of two matrices of one pattern are those by columns, bit for bit', () => {
    const first = fromEntries(4, [
      [0, 0, 2],
      [3, 0, -1.5],
      [1, 1, 0.1],
      [0, 2, 7],
      [2, 2, 1 / 3],
      [1, 3, 4],
      [3, 3, -0.7],
    ]);
    const other = first.values.map((v) => Math.sin(v));
    const x = Float64Array.of(0.3, -1.1, 2.7, 0.9);
    const [f, q] = [Float64Array.of(1, 2, 3, 4), new Float64Array(4)];
    const [f0, q0] = [f.slice(), q.slice()];
    multiplyAddBoth(rowView(first.pattern), first.values, other, x, f, q);
    multiplyAdd(first.pattern, first.values, x, f0);
    multiplyAdd(first.pattern, other, x, q0);
    expect(f).toEqual(f0);
    expect(q).toEqual(q0);
  });
});
