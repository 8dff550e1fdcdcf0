import type { ModelDevice } from '../../../netlist/index.js';
import type { BuildContext, ElementGroup, Evaluation, LinearSums } from '../../system/element.js';
import { criticalVoltage } from '../semiconductor.js';
import { newTerminalBlocks } from '../terminal-blocks.js';
import { concatenate, conductanceEntries, pairs, stampConductances } from '../two-terminal.js';
import { limitBias, type Bias } from './bias.js';
import type { ChannelFactory } from './channel.js';
import { deviceEvaluator } from './evaluate-device.js';
import { gateCharges } from './gate-charges.js';
import { mosfetNoise } from './noise.js';
import { mapShared, mosfetParameters, type MosfetParameters } from './parameters.js';

/** A limited voltage that differs by less than this (V) counts as not limited. */
const SLACK = 1e-12;

/**
 * No limit is reached where drain and gate have moved by less than this (V) and both junctions are below
 * their critical voltage: all limits begin at changes of half a volt, of v_gd too.
 */
const NEAR = 0.25;

/**
 * Many MOS transistors: channel by their level's model, bulk diodes, series resistances, overlap
 * and gate capacitances. Voltages are limited device by device; each device keeps the linear
 * expression of its last evaluation.
 */
export function mosfetGroup(
  devices: readonly ModelDevice[],
  models: ReadonlyMap<number, ChannelFactory>,
  context: BuildContext,
): ElementGroup {
  const { unknownOfNode, unknownOfInternalNode } = context;
  const count = devices.length;
  const parameters = sharedParameters(devices, context);
  const outer = (which: number) =>
    Int32Array.from(devices, ({ nodes }) => unknownOfNode(nodes[which]));
  const [drain, gate, source, bulk] = [outer(0), outer(1), outer(2), outer(3)];
  const innerDrain = drain.map((node, k) =>
    parameters[k].drainConductance > 0 ? unknownOfInternalNode(`${devices[k].name}#drain`) : node,
  );
  const innerSource = source.map((node, k) =>
    parameters[k].sourceConductance > 0 ? unknownOfInternalNode(`${devices[k].name}#source`) : node,
  );
  const blocks = newTerminalBlocks(context, [innerDrain, gate, innerSource, bulk]);
  const drainSeries = Float64Array.from(parameters, (p) => p.drainConductance);
  const sourceSeries = Float64Array.from(parameters, (p) => p.sourceConductance);
  const overlapDrain = Float64Array.from(parameters, ({ overlap }) => overlap.drain);
  const series = [
    [drain, innerDrain, drainSeries],
    [source, innerSource, sourceSeries],
  ] as const;
  const overlaps = [
    [gate, innerSource, Float64Array.from(parameters, ({ overlap }) => overlap.source)],
    [gate, innerDrain, overlapDrain],
    [gate, bulk, Float64Array.from(parameters, ({ overlap }) => overlap.bulk)],
  ] as const;
  const seriesEntries = series.map(([a, b]) => conductanceEntries(context, a, b));
  const overlapEntries = overlaps.map(([a, b]) => conductanceEntries(context, a, b));
  const gates = gateCharges(parameters);
  const model = deviceEvaluator(parameters, models, blocks, gates);
  const signs = Float64Array.from(parameters, ({ sign }) => sign);
  const starts = parameters.map((p, k) => startOf(p, (devices[k].parameters.off ?? 0) !== 0));
  const scales = mapShared(parameters, (p) => ({
    thermalVoltage: p.thermalVoltage,
    sourceCritical: criticalVoltage(p.thermalVoltage, p.sourceJunction.saturationCurrent),
    drainCritical: criticalVoltage(p.thermalVoltage, p.drainJunction.saturationCurrent),
  }));
  const lowestCritical = Float64Array.from(scales, (scale) =>
    Math.min(scale.sourceCritical, scale.drainCritical),
  );
  const bias: Bias = { gate: 0, drain: 0, bulk: 0 };
  const last: Bias = { gate: 0, drain: 0, bulk: 0 };
  const moved = new Int32Array(count);
  const lastBias = new Float64Array(3 * count); // limited voltages of the last iteration

  /** Evaluates device k where the iteration lets it be; true when that is not where x has it. */
  const evaluateLimited = (k: number, fresh: boolean, ds: number, gs: number, bs: number) => {
    const near =
      Math.abs(ds - lastBias[3 * k]) < NEAR &&
      Math.abs(gs - lastBias[3 * k + 1]) < NEAR &&
      bs < lowestCritical[k] &&
      bs - ds < lowestCritical[k];
    if (near && !fresh) {
      lastBias[3 * k] = ds;
      lastBias[3 * k + 1] = gs;
      lastBias[3 * k + 2] = bs;
      model.evaluate(k, ds, gs, bs);
      return false;
    }
    bias.gate = gs;
    bias.drain = ds;
    bias.bulk = bs;
    if (fresh) Object.assign(bias, starts[k]);
    else {
      last.drain = lastBias[3 * k];
      last.gate = lastBias[3 * k + 1];
      last.bulk = lastBias[3 * k + 2];
      limitBias(bias, last, model.threshold[k], scales[k]);
    }
    const limited =
      Math.abs(bias.gate - gs) > SLACK ||
      Math.abs(bias.drain - ds) > SLACK ||
      Math.abs(bias.bulk - bs) > SLACK;
    if (!limited) {
      bias.gate = gs;
      bias.drain = ds;
      bias.bulk = bs;
    }
    lastBias[3 * k] = bias.drain;
    lastBias[3 * k + 1] = bias.gate;
    lastBias[3 * k + 2] = bias.bulk;
    model.evaluate(k, bias.drain, bias.gate, bias.bulk);
    return limited;
  };

  const linearise = (evaluation: Evaluation, sums: LinearSums, afresh: boolean) => {
    const { x, fresh, dc } = evaluation;
    model.setMode(evaluation.junctionConductance, dc);
    const { terminals } = blocks;
    const many = fresh ? count : blocks.findMoved(x, dc, moved);
    for (let n = 0; n < many; n++) {
      const k = fresh ? n : moved[n];
      const sign = signs[k];
      const s = x[terminals[4 * k + 2]];
      const ds = sign * (x[terminals[4 * k]] - s);
      const gs = sign * (x[terminals[4 * k + 1]] - s);
      const bs = sign * (x[terminals[4 * k + 3]] - s);
      if (evaluateLimited(k, fresh, ds, gs, bs)) evaluation.limited = true;
      blocks.changed(k);
    }
    blocks.addTo(sums, afresh);
  };

  return {
    element: 'mosfet',
    names: devices.map(({ name }) => name),
    entries: [blocks.entries, ...seriesEntries, ...overlapEntries],
    symmetric: false,
    conductingPaths: concatenate(
      pairs(drain, innerDrain),
      pairs(source, innerSource),
      pairs(innerDrain, innerSource),
      pairs(bulk, innerSource),
    ),
    dynamicUnknowns: concatenate(gate, innerDrain, innerSource).filter((i) => i < context.size),
    stampConstant(g, c) {
      series.forEach(([, , siemens], n) => stampConductances(g, seriesEntries[n], siemens));
      overlaps.forEach(([, , farad], n) => stampConductances(c, overlapEntries[n], farad));
    },
    reset: () => lastBias.fill(0),
    linearise,
    accept({ x, dc }) {
      if (dc) return;
      // Others stand where they were accepted last, all but.
      const many = model.takeEvaluated(moved);
      for (let n = 0; n < many; n++) {
        const k = moved[n];
        if (!gates.stores(k)) continue;
        const vg = x[gate[k]];
        const toSource = vg - x[innerSource[k]];
        if (!gates.accept(k, toSource, vg - x[innerDrain[k]], vg - x[bulk[k]])) continue;
        model.evaluateCharges(k);
        blocks.changed(k);
      }
    },
    noise: () =>
      devices.flatMap(({ name }, k) =>
        mosfetNoise(name, parameters[k], {
          transconductance: blocks.conductances[9 * k + 1],
          current: blocks.currents[3 * k],
          drain: [drain[k], innerDrain[k]],
          source: [source[k], innerSource[k]],
        }),
      ),
    currents({ x, rate, junctionConductance, dc }, out, offset) {
      model.setMode(junctionConductance, dc);
      const { terminals } = blocks;
      const many = dc ? blocks.findMoved(x, dc, moved) : 0;
      for (let n = 0; n < many; n++) {
        const k = moved[n];
        const sign = signs[k];
        const s = x[terminals[4 * k + 2]];
        const ds = sign * (x[terminals[4 * k]] - s);
        const gs = sign * (x[terminals[4 * k + 1]] - s);
        model.evaluate(k, ds, gs, sign * (x[terminals[4 * k + 3]] - s));
        blocks.changed(k);
      }
      blocks.drainCurrents(x, rate, overlapDrain, out, offset);
      for (let k = 0; k < count; k++) {
        const d = innerDrain[k];
        if (d !== drain[k]) out[offset + k] = drainSeries[k] * (x[drain[k]] - x[d]);
      }
    },
  };
}

/** Parameters of each device; equal devices share one object, which stays in the cache. */
function sharedParameters(
  devices: readonly ModelDevice[],
  { circuit, settings }: BuildContext,
): readonly MosfetParameters[] {
  const known = new Map<string, MosfetParameters>();
  return devices.map((device) => {
    const { model, parameters, multiplicity } = device;
    const key = `${model} ${multiplicity} ${JSON.stringify(parameters)}`;
    let shared = known.get(key);
    if (!shared) {
      shared = mosfetParameters(circuit.models.get(model)!, device, settings);
      known.set(key, shared);
    }
    return shared;
  });
}

/** Bias of the first iteration: at the edge of conduction, or off. */
const startOf = (p: MosfetParameters, off: boolean): Readonly<Bias> =>
  off
    ? { gate: 0, drain: 0, bulk: 0 }
    : { gate: p.builtIn + p.body * Math.sqrt(p.surfacePotential), drain: 0, bulk: -1 };
