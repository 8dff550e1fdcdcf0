import type { Circuit } from '../netlist/index.js';
import type { Tolerances } from './solve/newton.js';

/** Everything of `.options` that the engine uses, with SPICE's defaults. */
export interface SimulationSettings {
  readonly tolerances: Tolerances;
  /** C. */
  readonly chargeTolerance: number;
  /** S. */
  readonly gmin: number;
  readonly operatingPointIterations: number;
  readonly sweepIterations: number;
  readonly transientIterations: number;
  readonly truncationFactor: number;
  readonly method: 'trapezoidal' | 'gear';
}

/** reltol 1e-3, abstol 1e-12 A, vntol 1e-6 V, chgtol 1e-14 C, gmin 1e-12 S, itl1 100, trtol 7. */
export function simulationSettings({ options }: Pick<Circuit, 'options'>): SimulationSettings {
  const number = (name: string, fallback: number) => {
    const value = options[name];
    return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : fallback;
  };
  return {
    tolerances: {
      relative: number('reltol', 1e-3),
      voltage: number('vntol', 1e-6),
      current: number('abstol', 1e-12),
    },
    chargeTolerance: number('chgtol', 1e-14),
    gmin: number('gmin', 1e-12),
    operatingPointIterations: number('itl1', 100),
    sweepIterations: number('itl2', 50),
    transientIterations: Math.max(number('itl4', 10), 20),
    truncationFactor: number('trtol', 7),
    method: String(options.method ?? 'trap').startsWith('gear') ? 'gear' : 'trapezoidal',
  };
}
