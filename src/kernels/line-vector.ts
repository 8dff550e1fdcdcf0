import type { LineGrid } from '../numerics/line-grid.js';
import {
  MAX_RESTARTS,
  RESIDUAL_SLACK,
  type LineSolveOptions,
  type LineSolver,
  type LineSolveResult,
} from '../numerics/line-solve.js';
import { arenaOver, instantiateKernel } from './instantiate.js';
import { wasmBase64 as layoutBase64 } from './line-layout.generated.js';
import { wasmBase64 } from './line-vector.generated.js';

/** Byte offsets and sizes in the order of line-vector.as.ts. */
interface LineVectorExports {
  sweepDown(...places: number[]): number;
  sweepUp(...places: number[]): number;
  complete(...places: number[]): void;
}

/** The same for line-layout.as.ts. */
interface LineLayoutExports {
  layOut(...places: number[]): void;
  layFlat(...places: number[]): void;
  pairColumns(...places: number[]): void;
}

const BLOCK_ROWS = 8;
const FIELDS = 11;

/** Bytes of memory a solver of this shape reserves; WebAssembly addresses 4 GiB. */
export const simdLineSolverBytes = (rows: number, columns: number): number => {
  const [blocks, width] = [Math.ceil(rows / BLOCK_ROWS), columns + (columns % 2)];
  return (blocks * FIELDS + 3) * width * BLOCK_ROWS * 8 + 4096;
};

/**
 * Line-preconditioned conjugate gradients for one right-hand side in SIMD, for grids whose lines are all
 * distributed (finite segment conductance). Its oracle is `plainLineSolver`.
 */
export function simdLineSolver(rows: number, columns: number): LineSolver {
  const blocks = Math.ceil(rows / BLOCK_ROWS);
  const width = columns + (columns % 2);
  const size = blocks * width * BLOCK_ROWS;
  const bytes = simdLineSolverBytes(rows, columns);
  const { memory, exports: kernel } = instantiateKernel<LineVectorExports>(wasmBase64, bytes);
  const { exports: layout } = instantiateKernel<LineLayoutExports>(layoutBase64, bytes, memory);
  const arena = arenaOver(memory);
  const field = (): Float64Array => arena.f64(size);
  const [links, across, down, right] = [field(), field(), field(), field()];
  const [r, q, z, p, x, w] = [field(), field(), field(), field(), field(), field()];
  const flat = arena.f64(blocks * columns * BLOCK_ROWS);
  const [near, far, carry] = [arena.f64(width), arena.f64(width), arena.f64(width)];
  const scratch = arena.f64(2 * width * BLOCK_ROWS);
  const at = (view: Float64Array): number => view.byteOffset;
  const shape = [rows, blocks, width];
  const grids = [at(links), at(across)];
  const ends = [at(near), at(far)];
  let loaded: LineGrid | undefined;

  return {
    load(grid) {
      if (grid === loaded) return;
      if (grid.rows !== rows || grid.columns !== columns)
        throw new RangeError('grid of other shape');
      if (grid.horizontal.lumped || grid.vertical.lumped) throw new RangeError('lumped lines');
      layOut(grid.links, links);
      layOut(grid.horizontal.pivot, across);
      down.fill(0);
      layOut(grid.vertical.pivot, down);
      layout.pairColumns(blocks, width, at(down));
      near.set(grid.vertical.near);
      far.set(grid.vertical.far);
      loaded = grid;
    },
    solve(rhs, guess, horizontal, options) {
      if (!loaded) throw new RangeError('load a grid first');
      layOut(rhs, right);
      const guessed = guess.some((value) => value !== 0);
      if (guessed) layOut(guess, x);
      else x.fill(0);
      const result = iterate(loaded, guessed, options);
      layFlat(p, guess);
      layFlat(w, horizontal);
      return result;
    },
  };

  function iterate(
    grid: LineGrid,
    guessed: boolean,
    { tolerance, maxIterations }: LineSolveOptions,
  ): LineSolveResult {
    const [horizontal, vertical] = [grid.horizontal.segment, grid.vertical.segment];
    const sweepDown = (alpha: number): number =>
      kernel.sweepDown(blocks, width, vertical, at(down), at(r), at(q), at(z), alpha);
    const sweepUp = (alpha: number, beta: number): number => {
      const fields = [at(z), at(p), at(x), at(q), at(scratch), at(carry)];
      const lines = [horizontal, vertical, ...grids, at(down), ...ends];
      return kernel.sweepUp(...shape, ...lines, ...fields, alpha, beta);
    };
    const complete = (alpha: number): void => {
      const lines = [horizontal, vertical, ...grids, ...ends];
      kernel.complete(...shape, ...lines, at(x), at(p), at(q), at(w), alpha);
    };
    p.fill(0);
    q.fill(0);
    r.set(right);
    let energy = sweepDown(0);
    const reference = energy;
    const target = tolerance * tolerance * reference;
    const relative = (square: number): number =>
      reference > 0 ? Math.sqrt(Math.max(0, square) / reference) : 0;
    if (guessed) {
      complete(0);
      r.set(right);
      energy = sweepDown(1);
      p.fill(0);
    }
    let iterations = 0;
    let relativeResidual = Infinity;
    for (let restart = 0; restart < MAX_RESTARTS; restart += 1) {
      let [alpha, beta] = [0, 0];
      while (energy > target && iterations < maxIterations) {
        const curvature = sweepUp(alpha, beta);
        alpha = 0;
        if (!(curvature > 0)) break;
        alpha = energy / curvature;
        const next = sweepDown(alpha);
        beta = next / energy;
        energy = next;
        iterations += 1;
      }
      complete(alpha);
      r.set(right);
      energy = sweepDown(1);
      const before = relativeResidual;
      relativeResidual = relative(energy);
      const done = relativeResidual <= RESIDUAL_SLACK * tolerance;
      if (done || iterations >= maxIterations || !(relativeResidual <= before / 2)) break;
      x.set(p);
      p.fill(0);
    }
    const converged = relativeResidual <= RESIDUAL_SLACK * tolerance;
    return { iterations, relativeResidual, converged };
  }

  /** Row-major to eight rows side by side; what fills up stays 0. */
  function layOut(from: Float64Array, to: Float64Array): void {
    flat.set(from);
    layout.layOut(blocks, width, columns, at(flat), at(to));
  }

  function layFlat(from: Float64Array, to: Float64Array): void {
    layout.layFlat(blocks, width, columns, at(from), at(flat));
    to.set(flat.subarray(0, to.length));
    flat.fill(0, to.length);
  }
}
