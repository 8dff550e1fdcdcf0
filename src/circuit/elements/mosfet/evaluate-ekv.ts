import type { TerminalBlocks } from '../terminal-blocks.js';
import type { EkvModel } from './ekv.js';

/**
 * Adds the model's current and charges at (vds, vgs, vbs), n-channel signs, to device k's block,
 * which holds the junctions. Slopes by the source voltage follow from those by all others.
 */
export function addEkv(
  model: EkvModel,
  blocks: TerminalBlocks,
  k: number,
  sign: number,
  vds: number,
  vgs: number,
  vbs: number,
): void {
  const { currents, charges, conductances: g, capacitances: c } = blocks;
  const { current, drain, gate, source } = model(vgs - vbs, vds - vbs, -vbs);
  const i = 3 * k;
  const m = 9 * k;
  currents[i] += sign * current.v;
  g[m] += current.d;
  g[m + 1] = current.g;
  g[m + 2] -= current.g + current.d + current.b;
  charges[i] += sign * drain.v;
  charges[i + 1] = sign * gate.v;
  charges[i + 2] -= sign * (drain.v + gate.v + source.v);
  c[m] += drain.d;
  c[m + 1] = drain.g;
  c[m + 2] -= drain.g + drain.d + drain.b;
  c[m + 3] = gate.d;
  c[m + 4] = gate.g;
  c[m + 5] = -(gate.g + gate.d + gate.b);
  const byDrain = drain.d + gate.d + source.d;
  const byGate = drain.g + gate.g + source.g;
  const bySource = drain.b + gate.b + source.b;
  c[m + 6] -= byDrain;
  c[m + 7] = -byGate;
  c[m + 8] += byDrain + byGate + bySource;
}
