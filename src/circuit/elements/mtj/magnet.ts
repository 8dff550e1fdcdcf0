import { noiseBlock } from '../../../kernels/llg-noise.reference.js';
import {
  driveAt,
  driveSegment,
  macrospinDerivative,
  macrospinOf,
  recommendedStep,
  thermalFieldDeviation,
  type DriveSegment,
  type Excitation,
  type Macrospin,
  type Mtj,
} from '../../../magnetics/index.js';
import { streamKey } from '../../../numerics/stream.js';
import { add, norm, scale, unit, type Vector3 } from '../../../numerics/vector3.js';

/** The free layer of one junction along a transient: its direction at the last accepted point. */
export interface Magnet {
  /** Direction at the last accepted point. */
  readonly direction: () => Vector3;
  /** Direction at `time` (s) if currents and voltages went linearly to `excitation` there. Changes nothing. */
  readonly foretell: (time: number, excitation: Excitation) => Vector3;
  /** Takes that point as accepted. */
  readonly accept: (time: number, excitation: Excitation) => void;
  /** Back to the beginning. */
  readonly reset: () => void;
  /** Step (s) in which the direction turns by no more than the circuit should see at once. */
  readonly largestStep: () => number;
}

export interface MagnetRequest {
  readonly mtj: Mtj;
  readonly start: Vector3;
  /** Thermal field on: the stream it is drawn from. */
  readonly noise?: { readonly seed: number; readonly name: string } | undefined;
}

/** Angle (rad) that the magnet may turn from one point of the circuit to the next. */
const TURN = 0.1;

/**
 * Landau-Lifshitz-Gilbert equation between the points of a circuit, by the classical Runge-Kutta method in
 * steps of 0.05 rad of the fastest precession. The thermal field is held over cells of fixed length that are
 * counted from t = 0, cell k by number k of the device's stream: the noise does not depend on the steps that
 * the circuit takes or rejects.
 */
export function newMagnet({ mtj, start, noise }: MagnetRequest): Magnet {
  const spin = macrospinOf(mtj);
  const thermal = noise && thermalCells(spin, noise);
  let m = unit(start);
  let since = 0;
  let last: Excitation = {};
  let resting: DriveSegment = driveSegment(mtj, 1, last);

  const foretell = (time: number, excitation: Excitation): Vector3 => {
    if (!(time > since)) return m;
    const duration = time - since;
    const segment = driveSegment(mtj, duration, last, excitation);
    const longest = recommendedStep(spin, [segment]);
    let state = m;
    let from = since;
    while (from < time) {
      const cell = thermal ? Math.floor(from / thermal.seconds + 1e-6) : 0;
      const end = thermal ? Math.min(time, (cell + 1) * thermal.seconds) : time;
      const field = thermal?.field(cell);
      const steps = Math.max(1, Math.ceil((end - from) / longest));
      const h = (end - from) / steps;
      for (let k = 0; k < steps; k += 1) {
        const at = (part: number) => driveAt(segment, (from - since + (k + part) * h) / duration);
        state = rungeKutta(spin, at, state, h, field);
      }
      from = end;
    }
    return state;
  };

  return {
    direction: () => m,
    foretell,
    accept(time, excitation) {
      m = foretell(time, excitation);
      since = time;
      last = excitation;
      resting = driveSegment(mtj, 1, excitation);
    },
    reset() {
      m = unit(start);
      since = 0;
      last = {};
      resting = driveSegment(mtj, 1, last);
    },
    largestStep: () => TURN / norm(macrospinDerivative(spin, driveAt(resting, 0), m)),
  };
}

function rungeKutta(
  spin: Macrospin,
  at: (part: number) => ReturnType<typeof driveAt>,
  m: Vector3,
  h: number,
  field: Vector3 | undefined,
): Vector3 {
  const middle = at(0.5);
  const k1 = macrospinDerivative(spin, at(0), m, field);
  const k2 = macrospinDerivative(spin, middle, add(m, scale(h / 2, k1)), field);
  const k3 = macrospinDerivative(spin, middle, add(m, scale(h / 2, k2)), field);
  const k4 = macrospinDerivative(spin, at(1), add(m, scale(h, k3)), field);
  return unit(add(m, scale(h / 6, add(add(k1, k4), scale(2, add(k2, k3))))));
}

/** Thermal field (T) of each cell (Brown 1963), a function of seed, name and number alone. */
function thermalCells(spin: Macrospin, { seed, name }: NonNullable<MagnetRequest['noise']>) {
  const seconds = recommendedStep(spin, [{ durationSeconds: 1 }]);
  const deviation = thermalFieldDeviation(spin, seconds);
  const key = streamKey(seed, `circuit.mtj ${name}`);
  const block = new Float32Array(12);
  let loaded = -1;
  return {
    seconds,
    field(cell: number): Vector3 {
      const wanted = Math.floor(cell / 4);
      if (wanted !== loaded) noiseBlock(key, 'gaussian', wanted, 0, 0, block);
      loaded = wanted;
      const n = 3 * (cell % 4);
      return scale(deviation, [block[n], block[n + 1], block[n + 2]]);
    },
  };
}
