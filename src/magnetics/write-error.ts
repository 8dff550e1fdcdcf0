/** One part of an axial drive: `bias` = h - i (field less spin-transfer drive), for `tau` units of dimensionless time. */
export interface AxialSegment {
  readonly bias: number;
  readonly tau: number;
}

/**
 * Write error rate of an axially symmetric magnet: the probability that m_z > 0 after the drive, for a start in
 * Boltzmann equilibrium of the upper well. Dimensionless time tau = t alpha g Bk/(1 + alpha^2); `delta` is the
 * barrier over kB T. A finite-volume scheme in the polar angle with exponentially fitted fluxes (Scharfetter
 * and Gummel, IEEE Trans. Electron Devices 16, 64, 1969) has an M-matrix, so that every cell keeps its relative
 * accuracy and probabilities of 1e-15 come out as surely as those of 1/2; two grids, extrapolated.
 */
export function writeErrorRate(
  delta: number,
  segments: readonly AxialSegment[],
  { cells = 320 } = {},
): number {
  if (!(delta > 0) || segments.some(({ tau }) => !(tau >= 0)))
    throw new RangeError('the write error rate wants delta > 0 and tau >= 0');
  const coarse = Math.log(survival(delta, segments, cells));
  const fine = Math.log(survival(delta, segments, 2 * cells));
  return Math.exp(fine + (fine - coarse) / 3);
}

/** Until which time of a segment which step is taken. */
const STEPS = [
  [0.25, 1 / 64],
  [12, 0.04],
  [40, 0.16],
  [Infinity, 0.64],
] as const;

/** Probability of the upper half after the drive, on a grid of `cells` equal angles. */
function survival(delta: number, segments: readonly AxialSegment[], cells: number): number {
  const z = (index: number): number => Math.cos((Math.PI * index) / cells);
  const centre = Float64Array.from({ length: cells }, (_, k) => z(k + 0.5));
  const volume = Float64Array.from({ length: cells }, (_, k) => z(k) - z(k + 1));
  const half = cells / 2;
  const boltzmann = centre.map((c, k) =>
    k < half ? volume[k] * Math.exp(delta * (c * c - 1)) : 0,
  );
  const total = boltzmann.reduce((sum, v) => sum + v, 0);
  let mass: Float64Array = boltzmann.map((v) => v / total);
  for (const { bias, tau } of segments) {
    if (tau === 0) continue;
    const rates = hopRates(delta, bias, { cells, centre, volume });
    // The start's edge at the equator and the pulse's own edge relax at once; later little happens.
    let from = 0;
    for (const [until, step] of STEPS) {
      const to = Math.min(tau, until);
      if (!(to > from)) break;
      const steps = Math.ceil((to - from) / step - 1e-9);
      mass = advance(rates, mass, (to - from) / steps, steps);
      from = to;
    }
  }
  return mass.subarray(0, half).reduce((sum, v) => sum + v, 0);
}

interface HopRates {
  /** From cell k to k + 1, and back. */
  readonly down: Float64Array;
  readonly up: Float64Array;
}

function hopRates(
  delta: number,
  bias: number,
  grid: { cells: number; centre: Float64Array; volume: Float64Array },
): HopRates {
  const { cells, centre, volume } = grid;
  const down = new Float64Array(cells - 1);
  const up = new Float64Array(cells - 1);
  for (let k = 0; k + 1 < cells; k += 1) {
    const [a, b] = [centre[k], centre[k + 1]];
    const sine = Math.sin((Math.PI * (k + 1)) / cells);
    const conductance = (sine * sine) / (2 * delta * (a - b));
    // ln of the Boltzmann density, from a to b.
    const rise = delta * (b - a) * (b + a + 2 * bias);
    down[k] = (conductance * bernoulli(-rise)) / volume[k];
    up[k] = (conductance * bernoulli(rise)) / volume[k + 1];
  }
  return { down, up };
}

/** x/(e^x - 1). */
const bernoulli = (x: number): number => (Math.abs(x) < 1e-10 ? 1 - x / 2 : x / Math.expm1(x));

/** SDIRK of order 4, L-stable (Hairer and Wanner, Solving ODEs II, table IV.6.5): stages share one matrix. */
const GAMMA = 1 / 4;
const STAGES = [
  [],
  [1 / 2],
  [17 / 50, -1 / 25],
  [371 / 1360, -137 / 2720, 15 / 544],
  [25 / 24, -49 / 48, 125 / 16, -85 / 12],
] as const;

function advance(rates: HopRates, start: Float64Array, step: number, steps: number): Float64Array {
  const size = start.length;
  const solve = tridiagonalSolver(rates, size, GAMMA * step);
  let mass = start;
  for (let n = 0; n < steps; n += 1) {
    const slopes: Float64Array[] = [];
    for (const [stage, row] of STAGES.entries()) {
      const base = mass.slice();
      row.forEach((a, j) => {
        for (let k = 0; k < size; k += 1) base[k] += step * a * slopes[j][k];
      });
      const value = solve(base);
      if (stage === STAGES.length - 1) mass = value;
      else slopes.push(value.map((v, k) => (v - base[k]) / (GAMMA * step)));
    }
  }
  return mass;
}

/** Solves (1 - h G) x = b, G the generator of the hops, by elimination without cancellation of the column sums. */
function tridiagonalSolver(
  { down, up }: HopRates,
  size: number,
  h: number,
): (b: Float64Array) => Float64Array {
  // Pivot k = 1 + h down[k] + (what is left of h up[k - 1]): Grassmann, Taksar and Heyman (1985), all terms positive.
  const pivot = new Float64Array(size);
  const excess = new Float64Array(size);
  for (let k = 0; k < size; k += 1) {
    const back = k === 0 ? 0 : h * up[k - 1];
    excess[k] = k === 0 ? 1 : 1 + (back * excess[k - 1]) / pivot[k - 1];
    pivot[k] = excess[k] + (k + 1 < size ? h * down[k] : 0);
  }
  return (b) => {
    const x = b.slice();
    for (let k = 1; k < size; k += 1) x[k] += (h * down[k - 1] * x[k - 1]) / pivot[k - 1];
    x[size - 1] /= pivot[size - 1];
    for (let k = size - 2; k >= 0; k -= 1) x[k] = (x[k] + h * up[k] * x[k + 1]) / pivot[k];
    return x;
  };
}
