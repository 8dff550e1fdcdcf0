/** One part of an axial drive: `bias` = h - i (field less spin-transfer drive), for `tau` units of dimensionless time. */
export interface AxialSegment {
  readonly bias: number;
  readonly tau: number;
}

/** Where an axially symmetric magnet is after its drive: both probabilities to their own relative accuracy. */
export interface AxialSwitching {
  /** Probability of m_z < 0. */
  readonly switched: number;
  /** Probability of m_z > 0. */
  readonly stayed: number;
  /** Estimate of the relative error of the smaller one. */
  readonly relativeError: number;
}

/**
 * Both sides' probabilities after the drive, for a start in Boltzmann equilibrium of the upper well. Dimensionless
 * time tau = t alpha g Bk/(1 + alpha^2); `delta` is the barrier over kB T. A finite-volume scheme in the polar angle
 * with exponentially fitted fluxes (Scharfetter and Gummel, IEEE Trans. Electron Devices 16, 64, 1969) has an
 * M-matrix, so that every cell keeps its relative accuracy and probabilities of 1e-15 come out as surely as those
 * of 1/2. Angle and time are refined together, by Richardson's extrapolation in h^2 of the logarithms, until two
 * columns agree to `tolerance` (relative) or the finest grid is reached.
 */
export function axialSwitching(
  delta: number,
  segments: readonly AxialSegment[],
  { tolerance = 1e-8 } = {},
): AxialSwitching {
  if (!(delta > 0) || segments.some(({ tau }) => !(tau >= 0)))
    throw new RangeError('axial switching wants delta > 0 and tau >= 0');
  let columns: (readonly [number, number])[] = [];
  let relativeError = Infinity;
  for (let level = 0; level <= FINEST_LEVEL; level += 1) {
    const row = [logarithms(delta, segments, 2 ** level)];
    for (const [k, coarse] of columns.entries()) {
      const factor = 1 / (4 ** (k + 1) - 1);
      const fine = row[k];
      row.push([
        fine[0] + factor * (fine[0] - coarse[0]),
        fine[1] + factor * (fine[1] - coarse[1]),
      ]);
    }
    if (level > 0) {
      const [a, b] = [row[level], columns[level - 1]];
      relativeError = Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]));
    }
    columns = row;
    if (level > 1 && relativeError < tolerance) break;
  }
  const [stayed, switched] = columns[columns.length - 1].map(Math.exp);
  return { stayed, switched, relativeError };
}

/** The write error rate: the probability that m_z > 0 after the drive. */
export const writeErrorRate = (
  delta: number,
  segments: readonly AxialSegment[],
  options: { readonly tolerance?: number } = {},
): number => axialSwitching(delta, segments, options).stayed;

const COARSEST_CELLS = 160;
const FINEST_LEVEL = 4;

/** Until which time of a segment which step is taken; later it grows with the time. */
const STEPS = [
  [0.25, 1 / 64],
  [12, 0.04],
  [40, 0.16],
  [200, 0.64],
] as const;

/** The stretches of a segment of `tau` and their largest steps. */
function* stretches(tau: number): Generator<{ from: number; to: number; step: number }> {
  let from = 0;
  for (let k = 0; from < tau; k += 1) {
    const [until, step] = k < STEPS.length ? STEPS[k] : [2 * from, from / 320];
    const to = Math.min(tau, until);
    yield { from, to, step };
    from = to;
  }
}

/** Logarithms of the probabilities of the upper and lower half after the drive, on a grid of equal angles. */
function logarithms(
  delta: number,
  segments: readonly AxialSegment[],
  refinement: number,
): [number, number] {
  const cells = COARSEST_CELLS * refinement;
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
    // A strong drive moves everything faster. The step's fourth order goes as the square of the angle's.
    const slowness = Math.sqrt(refinement) * Math.max(1, Math.abs(bias));
    for (const { from, to, step } of stretches(tau)) {
      const steps = Math.ceil(((to - from) / step) * slowness - 1e-9);
      mass = advance(rates, mass, (to - from) / steps, steps);
    }
  }
  const sum = (part: Float64Array): number => part.reduce((all, v) => all + v, 0);
  return [Math.log(sum(mass.subarray(0, half))), Math.log(sum(mass.subarray(half)))];
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
  const slopes = STAGES.map(() => new Float64Array(size));
  const base = new Float64Array(size);
  const value = new Float64Array(size);
  const mass = start.slice();
  const rate = 1 / (GAMMA * step);
  for (let n = 0; n < steps; n += 1) {
    for (let stage = 0; stage < STAGES.length; stage += 1) {
      const row = STAGES[stage];
      base.set(mass);
      for (let j = 0; j < row.length; j += 1) {
        const weight = step * row[j];
        const slope = slopes[j];
        for (let k = 0; k < size; k += 1) base[k] += weight * slope[k];
      }
      solve(base, value);
      const slope = slopes[stage];
      for (let k = 0; k < size; k += 1) slope[k] = rate * (value[k] - base[k]);
    }
    // The last stage is the step's end.
    mass.set(value);
  }
  return mass;
}

/** Solves (1 - h G) x = b, G the generator of the hops, by elimination without cancellation of the column sums. */
function tridiagonalSolver(
  { down, up }: HopRates,
  size: number,
  h: number,
): (b: Float64Array, x: Float64Array) => void {
  // Pivot k = 1 + h down[k] + (what is left of h up[k - 1]): Grassmann, Taksar and Heyman (1985), all terms positive.
  const inverse = new Float64Array(size);
  const forward = new Float64Array(size);
  const backward = new Float64Array(size);
  let excess = 1;
  for (let k = 0; k < size; k += 1) {
    if (k > 0) {
      forward[k] = h * down[k - 1] * inverse[k - 1];
      excess = 1 + h * up[k - 1] * excess * inverse[k - 1];
    }
    inverse[k] = 1 / (excess + (k + 1 < size ? h * down[k] : 0));
    backward[k] = k + 1 < size ? h * up[k] * inverse[k] : 0;
  }
  return (b, x) => {
    x[0] = b[0];
    for (let k = 1; k < size; k += 1) x[k] = b[k] + forward[k] * x[k - 1];
    x[size - 1] *= inverse[size - 1];
    for (let k = size - 2; k >= 0; k -= 1) x[k] = inverse[k] * x[k] + backward[k] * x[k + 1];
  };
}
