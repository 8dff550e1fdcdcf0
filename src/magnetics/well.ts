import { applyTransposed, type Vector3 } from '../numerics/vector3.js';
import type { Macrospin } from './macrospin.js';
import { principalFrame } from './principal-frame.js';

/** The undriven, field-free wells of a macrospin. */
export interface WellFigures {
  /** Unit vector of the easy axis. */
  readonly easyAxis: Vector3;
  /** Restoring fields (T) against tilts to the two other principal axes, the softer first. */
  readonly stiffness: readonly [number, number];
  /** Barrier over kB T; Infinity at 0 K. */
  readonly delta: number;
  /** alpha g Bk/(1 + alpha^2) (1/s), Bk the softer stiffness. */
  readonly attemptRate: number;
  /** Whether both stiffnesses agree to a part in 10^6. */
  readonly uniaxial: boolean;
  readonly damping: number;
  readonly gyromagneticRatio: number;
  readonly thermalField: number;
}

/** Wells of the anisotropy tensor alone: Delta = Bk Ms V/(2 kB T). */
export function wellOf(spin: Macrospin): WellFigures {
  const { rotation, values } = principalFrame(spin.anisotropy);
  const easy = values.indexOf(Math.max(...values));
  const others = [0, 1, 2].filter((i) => i !== easy).map((i) => values[easy] - values[i]);
  const [soft, stiff] = others[0] <= others[1] ? others : [others[1], others[0]];
  const axis: [number, number, number] = [0, 0, 0];
  axis[easy] = 1;
  const { damping, gyromagneticRatio, thermalField } = spin;
  return {
    easyAxis: applyTransposed(rotation, axis),
    stiffness: [soft, stiff],
    delta: soft / (2 * thermalField),
    attemptRate: (damping * gyromagneticRatio * soft) / (1 + damping ** 2),
    uniaxial: stiff - soft <= 1e-6 * stiff,
    ...{ damping, gyromagneticRatio, thermalField },
  };
}
