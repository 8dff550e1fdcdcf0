import type { LineGrid } from './line-grid.js';

/**
 * Upper bound below 1 on the spectral radius of V^-1 G H^-1 G, hence 1 - bound below every eigenvalue of
 * V^-1 S: the row sums of H^-1 G and V^-1 G are one minus the port profiles (each line with its links to
 * a common node divides 1 V between port and links). Conjugate gradients then gain at least a factor
 * (1 - sqrt(1 - bound)) / (1 + sqrt(1 - bound)) an iteration. 1 when a line floats but for its links.
 */
export function couplingBound({ links, horizontal, vertical }: LineGrid): number {
  let lowestAcross = 1;
  let lowestDown = 1;
  for (let k = 0; k < links.length; k += 1) {
    lowestAcross = Math.min(lowestAcross, horizontal.profile[k]);
    lowestDown = Math.min(lowestDown, vertical.profile[k]);
  }
  return Math.min(1, (1 - lowestAcross) * (1 - lowestDown) + 4 * Number.EPSILON);
}

/**
 * For each horizontal line the V^-1 norm of its port weights (links x profile, supported on one line):
 * the error of a port current is at most this times the V^-1 norm of the residual over (1 - bound).
 */
export function portNorms(grid: LineGrid): Float64Array {
  const { rows, columns, links, horizontal } = grid;
  const inverse = verticalInverseDiagonal(grid);
  return Float64Array.from({ length: rows }, (_, i) => {
    let square = 0;
    for (let k = i * columns; k < (i + 1) * columns; k += 1) {
      square += (links[k] * horizontal.profile[k]) ** 2 * inverse[k];
    }
    return Math.sqrt(square);
  });
}

/** Diagonal of V^-1: one over the conductance to ground seen from each vertical node; 0 if pinned. */
function verticalInverseDiagonal({ rows, columns, links, vertical }: LineGrid): Float64Array {
  const { pivot, segment, lumped, near, far } = vertical;
  const size = rows * columns;
  if (lumped) return Float64Array.from({ length: size }, (_, k) => pivot[k % columns]);
  const inverse = new Float64Array(size);
  for (let j = 0; j < columns; j += 1) {
    // Ground seen below node (i, j), from the far end up; above it the pivots have it already.
    let below = 0;
    for (let i = rows - 1; i >= 0; i -= 1) {
      const k = i * columns + j;
      if (pivot[k] === 0) {
        below = segment;
        continue;
      }
      const above = 1 / pivot[k] - (i < rows - 1 ? segment : far[j]);
      const total = Math.max(above, links[k]) + (i < rows - 1 ? below : far[j]);
      inverse[k] = 1 / total;
      const own = links[k] + (i < rows - 1 ? below : far[j]) + (i === 0 ? near[j] : 0);
      below = own > 0 ? segment / (1 + segment / own) : 0;
    }
  }
  return inverse;
}
