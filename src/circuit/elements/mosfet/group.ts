import type { ModelDevice } from '../../../netlist/index.js';
import type { BuildContext, ElementGroup, Evaluation } from '../../system/element.js';
import { criticalVoltage, limitJunction } from '../semiconductor.js';
import { concatenate, conductanceEntries, pairs, stampConductances } from '../two-terminal.js';
import { bulkJunctionAt } from './bulk-junction.js';
import { CHANNEL, CHANNEL_LENGTH, type ChannelFactory } from './channel.js';
import { limitDrain, limitGate } from './limits.js';
import { gateCharges } from './gate-charges.js';
import { mosfetParameters } from './parameters.js';

/** Positions of drain, gate, source, bulk in the blocks of 4 x 4 entries. */
const [D, G, S, B] = [0, 1, 2, 3];

/**
 * Many MOS transistors: channel by their level's model, bulk diodes, series resistances, overlap
 * and gate capacitances. Voltages are limited device by device.
 */
export function mosfetGroup(
  devices: readonly ModelDevice[],
  models: ReadonlyMap<number, ChannelFactory>,
  context: BuildContext,
): ElementGroup {
  const { circuit, settings, entry, unknownOfNode, unknownOfInternalNode } = context;
  const count = devices.length;
  const parameters = devices.map((device) =>
    mosfetParameters(circuit.models.get(device.model)!, device, settings),
  );
  const channels = parameters.map((p) => models.get(p.level)!(p));
  const outer = (which: number) =>
    Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[which]));
  const [drain, gate, source, bulk] = [outer(0), outer(1), outer(2), outer(3)];
  const innerDrain = drain.map((node, k) =>
    parameters[k].drainConductance > 0 ? unknownOfInternalNode(`${devices[k].name}#drain`) : node,
  );
  const innerSource = source.map((node, k) =>
    parameters[k].sourceConductance > 0 ? unknownOfInternalNode(`${devices[k].name}#source`) : node,
  );
  const block = new Int32Array(16 * count);
  for (let k = 0; k < count; k++) {
    const terminals = [innerDrain[k], gate[k], innerSource[k], bulk[k]];
    terminals.forEach((row, i) =>
      terminals.forEach((column, j) => (block[16 * k + 4 * i + j] = entry(row, column))),
    );
  }
  const drainEntries = conductanceEntries(context, drain, innerDrain);
  const sourceEntries = conductanceEntries(context, source, innerSource);
  const drainSeries = Float64Array.from(parameters, (p) => p.drainConductance);
  const sourceSeries = Float64Array.from(parameters, (p) => p.sourceConductance);
  const gates = gateCharges(parameters, channels, {
    gate,
    drain: innerDrain,
    source: innerSource,
    bulk,
  });

  const off = devices.map((device) => (device.parameters.off ?? 0) !== 0);
  // Limited voltages of the last iteration, n-channel signs.
  const lastGate = new Float64Array(count);
  const lastDrain = new Float64Array(count);
  const lastBulk = new Float64Array(count);
  const lastBulkDrain = new Float64Array(count);
  const threshold = new Float64Array(count);
  const channel = new Float64Array(CHANNEL_LENGTH);
  const junction = new Float64Array(4);

  const load = (evaluation: Evaluation) => {
    const { x, f, q, g, c, fresh, junctionConductance: gmin } = evaluation;
    for (let k = 0; k < count; k++) {
      const p = parameters[k];
      const { sign, multiplicity, thermalVoltage: vt } = p;
      const d = innerDrain[k];
      const s = innerSource[k];
      const gs = sign * (x[gate[k]] - x[s]);
      const ds = sign * (x[d] - x[s]);
      const bs = sign * (x[bulk[k]] - x[s]);
      let vgs = gs;
      let vds = ds;
      let vbs = bs;
      let vbd = bs - ds;
      if (fresh) {
        vgs = off[k] ? 0 : p.builtIn + p.body * Math.sqrt(p.surfacePotential);
        vds = 0;
        vbs = off[k] ? 0 : -1;
        vbd = vbs;
      } else {
        if (lastDrain[k] >= 0) {
          vgs = limitGate(gs, lastGate[k], threshold[k]);
          vds = limitDrain(vgs - (gs - ds), lastDrain[k]);
        } else {
          const vgd = limitGate(gs - ds, lastGate[k] - lastDrain[k], threshold[k]);
          vds = -limitDrain(-(gs - vgd), -lastDrain[k]);
          vgs = vgd + vds;
        }
        const junctionOf = lastDrain[k] >= 0 ? p.sourceJunction : p.drainJunction;
        const critical = criticalVoltage(vt, junctionOf.saturationCurrent);
        if (vds >= 0) {
          vbs = limitJunction(bs, lastBulk[k], vt, critical);
          vbd = vbs - vds;
        } else {
          vbd = limitJunction(bs - ds, lastBulkDrain[k], vt, critical);
          vbs = vbd + vds;
        }
      }
      const slack = 1e-12;
      if (Math.abs(vgs - gs) > slack || Math.abs(vds - ds) > slack || Math.abs(vbs - bs) > slack) {
        evaluation.limited = true;
      } else {
        vgs = gs;
        vds = ds;
        vbs = bs;
        vbd = bs - ds;
      }
      lastGate[k] = vgs;
      lastDrain[k] = vds;
      lastBulk[k] = vbs;
      lastBulkDrain[k] = vbd;

      // Channel, with drain and source exchanged for negative v_ds.
      const forward = vds >= 0;
      if (forward) channels[k](vgs, vds, vbs, channel);
      else channels[k](vgs - vds, -vds, vbd, channel);
      threshold[k] = channel[CHANNEL.threshold];
      const gm = multiplicity * channel[CHANNEL.gm];
      const gds = multiplicity * channel[CHANNEL.gds];
      const gmbs = multiplicity * channel[CHANNEL.gmbs];
      const sum = gm + gds + gmbs;
      // Current into the drain and its derivatives by drain, gate, source, bulk voltage.
      const current = (forward ? 1 : -1) * multiplicity * channel[CHANNEL.current];
      const byDrain = forward ? gds : sum;
      const byGate = forward ? gm : -gm;
      const byBulk = forward ? gmbs : -gmbs;
      const bySource = -(byDrain + byGate + byBulk);
      // Where voltages were limited the current is continued linearly to the present ones.
      const linear =
        sign * (current + byGate * (gs - vgs) + byDrain * (ds - vds) + byBulk * (bs - vbs));
      f[d] += linear;
      f[s] -= linear;
      const e = 16 * k;
      g[block[e + 4 * D + D]] += byDrain;
      g[block[e + 4 * D + G]] += byGate;
      g[block[e + 4 * D + S]] += bySource;
      g[block[e + 4 * D + B]] += byBulk;
      g[block[e + 4 * S + D]] -= byDrain;
      g[block[e + 4 * S + G]] -= byGate;
      g[block[e + 4 * S + S]] -= bySource;
      g[block[e + 4 * S + B]] -= byBulk;

      bulkJunctionAt(p.drainJunction, vbd, vt, gmin, junction);
      stampJunction(e, D, d, bulk[k], sign, vbd, bs - ds);
      bulkJunctionAt(p.sourceJunction, vbs, vt, gmin, junction);
      stampJunction(e, S, s, bulk[k], sign, vbs, bs);
    }
    gates.load(evaluation);

    /** Adds the bulk diode at hand, evaluated at `v`, to terminal `t`; `present` is its voltage. */
    function stampJunction(
      e: number,
      t: number,
      node: number,
      bulkNode: number,
      sign: number,
      v: number,
      present: number,
    ): void {
      const [current, conductance, charge, capacitance] = junction;
      const flow = sign * (current + conductance * (present - v));
      const stored = sign * (charge + capacitance * (present - v));
      f[bulkNode] += flow;
      f[node] -= flow;
      q[bulkNode] += stored;
      q[node] -= stored;
      for (const [values, slope] of [
        [g, conductance],
        [c, capacitance],
      ] as const) {
        values[block[e + 4 * B + B]] += slope;
        values[block[e + 4 * B + t]] -= slope;
        values[block[e + 4 * t + B]] -= slope;
        values[block[e + 4 * t + t]] += slope;
      }
    }
  };

  return {
    element: 'mosfet',
    names: devices.map(({ name }) => name),
    entries: [block, drainEntries, sourceEntries, gates.entries(context)],
    symmetric: false,
    conductingPaths: concatenate(
      pairs(drain, innerDrain),
      pairs(source, innerSource),
      pairs(innerDrain, innerSource),
      pairs(bulk, innerSource),
    ),
    dynamicUnknowns: concatenate(gate, innerDrain, innerSource).filter((i) => i < context.size),
    stampConstant(g, c) {
      stampConductances(g, drainEntries, drainSeries);
      stampConductances(g, sourceEntries, sourceSeries);
      gates.stampOverlap(c);
    },
    reset() {
      for (const list of [lastGate, lastDrain, lastBulk, lastBulkDrain]) list.fill(0);
    },
    load,
    accept: gates.accept,
    currents({ x, rate, junctionConductance }, out, offset) {
      for (let k = 0; k < count; k++) {
        const p = parameters[k];
        const d = innerDrain[k];
        if (d !== drain[k]) {
          out[offset + k] = p.drainConductance * (x[drain[k]] - x[d]);
          continue;
        }
        const { sign } = p;
        const s = innerSource[k];
        const vgs = sign * (x[gate[k]] - x[s]);
        const vds = sign * (x[d] - x[s]);
        const vbs = sign * (x[bulk[k]] - x[s]);
        if (vds >= 0) channels[k](vgs, vds, vbs, channel);
        else channels[k](vgs - vds, -vds, vbs - vds, channel);
        const through = (vds >= 0 ? 1 : -1) * p.multiplicity * channel[CHANNEL.current];
        bulkJunctionAt(p.drainJunction, vbs - vds, p.thermalVoltage, junctionConductance, junction);
        const [leak, , , capacitance] = junction;
        out[offset + k] =
          sign * (through - leak) +
          capacitance * (rate[d] - rate[bulk[k]]) +
          gates.drainCapacitance(k, x) * (rate[d] - rate[gate[k]]);
      }
    },
  };
}
