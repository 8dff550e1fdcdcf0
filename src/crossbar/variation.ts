import { philox4x32 } from '../numerics/philox.js';
import { exp } from '../numerics/exponential.js';
import { log, normalQuantile } from '../numerics/special.js';
import { streamKey, uniform53FromWords } from '../numerics/stream.js';

/**
 * How cells differ from their programmed conductance. Effects apply in physical order: spread between
 * devices, programming error, drift, stuck cells, read noise. Leave out what is ideal.
 */
export interface Variation {
  /** Device-to-device spread: log-normal factor with this standard deviation of ln G; fixed for a chip. */
  readonly deviceSpread?: number;
  readonly programming?: ProgrammingError;
  readonly drift?: Drift;
  readonly stuck?: StuckCells;
  /** Standard deviation of each read, as a fraction of the conductance; new for every read. */
  readonly readNoise?: number;
}

/** Standard deviation of a programmed conductance: in siemens, as a fraction of it, or by level. */
export type ProgrammingError =
  | { readonly kind: 'absolute'; readonly sigmaSiemens: number }
  | { readonly kind: 'proportional'; readonly sigma: number }
  | { readonly kind: 'table'; readonly levels: readonly ProgrammingLevel[] };

export interface ProgrammingLevel {
  readonly conductanceSiemens: number;
  readonly sigmaSiemens: number;
}

/** G(t) = G (t / t0)^-nu, nu normal over the cells, clipped at 0 (Ielmini et al., IEEE T-ED 54, 308, 2007). */
export interface Drift {
  readonly timeSeconds: number;
  /** t0, time of the programming read. */
  readonly referenceSeconds: number;
  readonly nuMean: number;
  readonly nuSigma: number;
}

export interface StuckCells {
  /** Probabilities of a cell being stuck on, stuck off, open. */
  readonly on: number;
  readonly off: number;
  readonly open: number;
  readonly onSiemens: number;
  readonly offSiemens: number;
}

export interface VariationDraw {
  readonly seed: number;
  /** Which chip (device spread, stuck cells, drift exponents, programming). */
  readonly chip: number;
  /** Which read of it. */
  readonly read?: number;
}

/**
 * Conductances of one drawn chip at one read (S, not negative). Every number is a function of (seed,
 * effect, chip, cell, read) alone: a chip keeps its stuck cells whatever else is switched on.
 */
export function varyConductance(
  programmed: Float64Array,
  variation: Variation,
  { seed, chip, read = 0 }: VariationDraw,
): Float64Array {
  const { deviceSpread = 0, programming, drift, stuck, readNoise = 0 } = variation;
  const g = programmed.slice();
  const each = (
    effect: string,
    draw: number,
    change: (value: number, u: number) => number,
  ): void => {
    const uniform = uniformsOf(seed, `crossbar.variation.${effect}`, chip, draw);
    for (let k = 0; k < g.length; k += 1) g[k] = Math.max(0, change(g[k], uniform(k)));
  };
  if (deviceSpread > 0) {
    each('device-spread', 0, (value, u) => value * exp(deviceSpread * normalQuantile(u)));
  }
  if (programming) {
    each('programming', 0, (value, u) => value + sigmaOf(programming, value) * normalQuantile(u));
  }
  if (drift) {
    const decades = log(drift.timeSeconds / drift.referenceSeconds);
    each('drift', 0, (value, u) => {
      const nu = Math.max(0, drift.nuMean + drift.nuSigma * normalQuantile(u));
      return value * exp(-nu * decades);
    });
  }
  if (stuck) {
    const { on, off, open, onSiemens, offSiemens } = stuck;
    each('stuck', 0, (value, u) => {
      if (u < on) return onSiemens;
      if (u < on + off) return offSiemens;
      return u < on + off + open ? 0 : value;
    });
  }
  if (readNoise > 0) {
    each('read-noise', read, (value, u) => value * (1 + readNoise * normalQuantile(u)));
  }
  return g;
}

function uniformsOf(
  seed: number,
  purpose: string,
  chip: number,
  draw: number,
): (cell: number) => number {
  const key = streamKey(seed, purpose);
  const words = new Uint32Array(4);
  return (cell) => {
    philox4x32(key, cell, chip, draw, 0, words);
    return uniform53FromWords(words[0], words[1]);
  };
}

/** Standard deviation at conductance g: tables are linear between levels and flat outside. */
function sigmaOf(error: ProgrammingError, g: number): number {
  if (error.kind === 'absolute') return error.sigmaSiemens;
  if (error.kind === 'proportional') return error.sigma * g;
  const { levels } = error;
  const upper = levels.findIndex(({ conductanceSiemens }) => conductanceSiemens >= g);
  if (upper < 0) return levels[levels.length - 1].sigmaSiemens;
  if (upper === 0) return levels[0].sigmaSiemens;
  const [a, b] = [levels[upper - 1], levels[upper]];
  const share = (g - a.conductanceSiemens) / (b.conductanceSiemens - a.conductanceSiemens);
  return a.sigmaSiemens + share * (b.sigmaSiemens - a.sigmaSiemens);
}
