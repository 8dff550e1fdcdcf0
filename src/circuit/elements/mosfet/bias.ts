import { limitJunction } from '../semiconductor.js';
import { limitDrain, limitGate } from './limits.js';

/** Voltages of one transistor against its source, n-channel signs; v_bd = v_bs - v_ds. */
export interface Bias {
  gate: number;
  drain: number;
  bulk: number;
}

/** Thermal and critical voltages of a transistor's junctions, V. */
export interface LimitScale {
  readonly thermalVoltage: number;
  readonly sourceCritical: number;
  readonly drainCritical: number;
}

/** Limits `wanted` in place by `last`, the bias of the iteration before, and the turn-on voltage. */
export function limitBias(
  wanted: Bias,
  last: Readonly<Bias>,
  threshold: number,
  scale: LimitScale,
): void {
  const { thermalVoltage } = scale;
  const { gate: gs, drain: ds, bulk: bs } = wanted;
  if (last.drain >= 0) {
    wanted.gate = limitGate(gs, last.gate, threshold);
    wanted.drain = limitDrain(wanted.gate - (gs - ds), last.drain);
  } else {
    const gd = limitGate(gs - ds, last.gate - last.drain, threshold);
    wanted.drain = -limitDrain(-(gs - gd), -last.drain);
    wanted.gate = gd + wanted.drain;
  }
  const critical = last.drain >= 0 ? scale.sourceCritical : scale.drainCritical;
  if (wanted.drain >= 0) {
    wanted.bulk = limitJunction(bs, last.bulk, thermalVoltage, critical);
  } else {
    const bd = limitJunction(bs - ds, last.bulk - last.drain, thermalVoltage, critical);
    wanted.bulk = bd + wanted.drain;
  }
}
