import { gaussLegendre } from '../numerics/spherical-harmonics.js';

const NODES = 16;

/**
 * Smallest non-zero eigenvalue of Brown's axial Fokker-Planck operator, times the diffusion time tau_N = 1/(2D):
 * exact Néel-Brown relaxation, the sum of both wells' escape rates. `delta` is the barrier over kB T, `bias` the
 * collinear field over the anisotropy field less the reduced spin-transfer drive, h - i.
 *
 * -((1 - z^2) w u')' = mu w u with the weight w = exp(delta (z^2 + 2 bias z)) is solved by inverse iteration.
 * Every integral is a sum of terms of one sign, taken from the nearer end, so that an eigenvalue of e^-80 keeps
 * its digits where a matrix of double precision has none left (Brown, Phys. Rev. 130, 1677, 1963, eq. 4.27).
 */
export function axialEigenvalue(delta: number, bias = 0): number {
  if (!(delta >= 0) || !Number.isFinite(delta) || !Number.isFinite(bias))
    throw new RangeError(`invalid barrier or bias: ${delta}, ${bias}`);
  const grid = panelsOf(delta, bias);
  const { z, weight } = grid;
  let w: Float64Array = centred(grid, derivativeOf(grid, z));
  let mu = 0;
  for (let iteration = 0; iteration < 200; iteration += 1) {
    const next = centred(grid, derivativeOf(grid, w));
    let self = 0;
    let mixed = 0;
    for (let k = 0; k < z.length; k += 1) {
      self += weight[k] * w[k] * w[k];
      mixed += weight[k] * w[k] * next[k];
    }
    const found = self / mixed;
    const size = next.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    w = next.map((v) => v / size);
    if (Math.abs(found - mu) <= 1e-14 * found) return found / 2;
    mu = found;
  }
  return mu / 2;
}

interface Panels {
  readonly z: Float64Array;
  /** w(z) over its maximum. */
  readonly density: Float64Array;
  /** Quadrature weight times density, normalised to 1 in all. */
  readonly weight: Float64Array;
  readonly width: number;
  /** Integral from the left end of a panel to each node, of the interpolant through its nodes. */
  readonly left: Float64Array;
  readonly gauss: Float64Array;
}

function panelsOf(delta: number, bias: number): Panels {
  const count = Math.max(16, Math.ceil(4 * Math.sqrt(delta) + delta * (1 + Math.abs(bias))));
  const width = 2 / count;
  const { nodes, weights } = gaussLegendre(NODES);
  const gauss = Float64Array.from(weights, (v) => (v * width) / 2);
  const z = Float64Array.from(
    { length: count * NODES },
    (_, k) => -1 + width * (Math.floor(k / NODES) + (nodes[k % NODES] + 1) / 2),
  );
  const exponent = z.map((x) => delta * (x * x + 2 * bias * x));
  const top = exponent.reduce((most, v) => Math.max(most, v), -Infinity);
  const density = exponent.map((v) => Math.exp(v - top));
  const raw = density.map((v, k) => v * gauss[k % NODES]);
  const total = raw.reduce((sum, v) => sum + v, 0);
  return {
    ...{ z, width, gauss },
    density: density.map((v) => v / total),
    weight: raw.map((v) => v / total),
    left: integrationMatrix(nodes, weights).map((v) => (v * width) / 2),
  };
}

/** S[k, j]: integral from -1 to node k of the Lagrange polynomial of node j, by Legendre series. */
function integrationMatrix(nodes: ArrayLike<number>, weights: ArrayLike<number>): Float64Array {
  const n = nodes.length;
  const legendre = Array.from(nodes, (x) => {
    const p = [1, x];
    for (let l = 1; l <= n; l += 1) p.push(((2 * l + 1) * x * p[l] - l * p[l - 1]) / (l + 1));
    return p;
  });
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [k, j] = [Math.floor(at / n), at % n];
    let sum = (nodes[k] + 1) / 2;
    for (let l = 1; l < n; l += 1)
      sum += (legendre[j][l] * (legendre[k][l + 1] - legendre[k][l - 1])) / 2;
    return weights[j] * sum;
  });
}

/** Cumulative integrals of f at the nodes: from -1, and up to 1. */
function cumulative({ left, gauss }: Panels, f: Float64Array) {
  const fromLeft = new Float64Array(f.length);
  const toRight = new Float64Array(f.length);
  const panels = f.length / NODES;
  const inside = (p: number, k: number): { below: number; all: number } => {
    let below = 0;
    let all = 0;
    for (let j = 0; j < NODES; j += 1) {
      below += left[k * NODES + j] * f[p * NODES + j];
      all += gauss[j] * f[p * NODES + j];
    }
    return { below, all };
  };
  for (let p = 0, sum = 0; p < panels; p += 1) {
    let total = 0;
    for (let k = 0; k < NODES; k += 1) {
      const { below, all } = inside(p, k);
      fromLeft[p * NODES + k] = sum + below;
      total = all;
    }
    sum += total;
  }
  for (let p = panels - 1, sum = 0; p >= 0; p -= 1) {
    let total = 0;
    for (let k = 0; k < NODES; k += 1) {
      const { below, all } = inside(p, k);
      toRight[p * NODES + k] = sum + all - below;
      total = all;
    }
    sum += total;
  }
  return { fromLeft, toRight };
}

/** u' of -((1 - z^2) w u')' = w f: the flux from the end on whose side f has one sign. */
function derivativeOf(grid: Panels, f: Float64Array): Float64Array {
  const { z, density } = grid;
  const { fromLeft, toRight } = cumulative(
    grid,
    f.map((v, k) => v * density[k]),
  );
  return f.map((v, k) => (v < 0 ? -fromLeft[k] : toRight[k]) / ((1 - z[k] * z[k]) * density[k]));
}

/** u from u', its mean under the weight taken off without cancellation. */
function centred(grid: Panels, slope: Float64Array): Float64Array {
  const share = cumulative(grid, grid.density);
  const below = cumulative(
    grid,
    slope.map((v, k) => v * share.fromLeft[k]),
  );
  const above = cumulative(
    grid,
    slope.map((v, k) => v * share.toRight[k]),
  );
  return slope.map((_, k) => below.fromLeft[k] - above.toRight[k]);
}
