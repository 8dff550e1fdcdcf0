import {
  analyseLdl,
  compressEntries,
  factorLdl,
  multiplyAdd,
  solveLdl,
  type LdlFactors,
} from '../../numerics/sparse/index.js';
import type { EquationSystem } from '../system/build-system.js';
import type { LinearSolver } from './linear-solver.js';
import { voltageTrees, type VoltageTrees } from './voltage-trees.js';

/**
 * Solver for the symmetric systems [G B; B^T 0] of nodes and ideal voltage sources. The sources
 * form trees (else `undefined`): every node is its tree's root plus a known offset, so the unknowns
 * reduce to the roots of the trees that do not hang on ground, with matrix P^T G P: a weighted
 * Laplacian, positive definite for resistors. Source currents follow from the leaves inwards.
 */
export function reducedLdlSolver(system: EquationSystem): LinearSolver | undefined {
  const trees = voltageTrees(system);
  if (!trees) return undefined;
  const reduced = reduce(system, trees);
  const { pattern, size, voltages } = system;
  const { parent, parentBranch, sign, order, reducedOf, count } = trees;
  let factors: LdlFactors | undefined;
  let current: Float64Array = new Float64Array(0);
  const compact = new Float64Array(reduced.pattern.columnStart[count] + 1);
  const small = new Float64Array(count);
  const work = new Float64Array(count);
  const offset = new Float64Array(size + 1);
  const residual = new Float64Array(size + 1);

  const solve = (b: Float64Array, x: Float64Array) => {
    residual.fill(0);
    for (let i = 0; i < voltages; i++) residual[i] = -b[i];
    offset.fill(0);
    let anyOffset = false;
    for (const i of order) {
      const up = parent[i];
      const step = sign[i] * b[parentBranch[i]];
      offset[i] = (up === size ? 0 : offset[up]) + step;
      if (offset[i] !== 0) anyOffset = true;
    }
    if (anyOffset) multiplyAdd(pattern, current, offset, residual);
    small.fill(0);
    for (let i = 0; i < voltages; i++) {
      if (reducedOf[i] >= 0) small[reducedOf[i]] -= residual[i];
    }
    solveLdl(factors!, small, work);
    for (let i = 0; i < voltages; i++) {
      const rootVoltage = reducedOf[i] >= 0 ? small[reducedOf[i]] : 0;
      offset[i] += rootVoltage;
    }
    // Currents: what G x leaves over at a node flows through the source towards its parent.
    for (let i = 0; i < voltages; i++) residual[i] = -b[i];
    residual.fill(0, voltages);
    if (order.length > 0) multiplyAdd(pattern, current, offset, residual);
    for (let i = 0; i < voltages; i++) x[i] = offset[i];
    for (let k = order.length - 1; k >= 0; k--) {
      const i = order[k];
      x[parentBranch[i]] = -sign[i] * residual[i];
      if (parent[i] !== size) residual[parent[i]] += residual[i];
    }
  };

  return {
    factor(values) {
      factors ??= analyseLdl(reduced.pattern);
      current = values;
      compact.fill(0);
      const { slot } = reduced;
      for (let p = 0; p < slot.length; p++) compact[slot[p]] += values[p];
      return factorLdl(factors, compact);
    },
    solve,
    solveTransposed: solve,
    method: () => 'ldl',
  };
}

/** Pattern of P^T G P and for each slot of the full matrix the slot it is added to. */
function reduce({ pattern, size, voltages }: EquationSystem, trees: VoltageTrees) {
  const { columnStart, rowIndex } = pattern;
  const { reducedOf, count } = trees;
  const total = columnStart[size];
  const rows = new Int32Array(total).fill(-1);
  const columns = new Int32Array(total).fill(-1);
  for (let j = 0; j < voltages; j++) {
    for (let p = columnStart[j]; p < columnStart[j + 1]; p++) {
      if (rowIndex[p] >= voltages) continue;
      rows[p] = reducedOf[rowIndex[p]];
      columns[p] = reducedOf[j];
    }
  }
  return compressEntries(count, rows, columns);
}
