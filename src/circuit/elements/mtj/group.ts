import { channelResistance, junctionState, type Excitation } from '../../../magnetics/index.js';
import { dot } from '../../../numerics/vector3.js';
import type { BuildContext, ElementGroup, Evaluation } from '../../system/element.js';
import { thermalNoise } from '../semiconductor.js';
import { concatenate, conductanceEntries, pairs, stampConductances } from '../two-terminal.js';
import type { Junction } from './junction.js';

/**
 * Many junctions. The strip is two halves of the channel's resistance; the junction's conductance depends on
 * its voltage and on the angle, which each iterate gives anew from its own currents (`Magnet.foretell`), so
 * that circuit and magnet agree at every accepted point.
 */
export function mtjGroup(junctions: readonly Junction[], context: BuildContext): ElementGroup {
  const { unknownOfNode, unknownOfInternalNode, settings } = context;
  const count = junctions.length;
  const onStrip = junctions.map(({ device }) => device.nodes.length === 3);
  const top = Int32Array.from(junctions, ({ device }) => unknownOfNode(device.nodes[0]));
  const foot = Int32Array.from(junctions, ({ device }, k) =>
    onStrip[k] ? unknownOfInternalNode(`${device.name}#strip`) : unknownOfNode(device.nodes[1]),
  );
  const end = (which: 1 | 2) =>
    Int32Array.from(junctions, ({ device }, k) =>
      onStrip[k] ? unknownOfNode(device.nodes[which]) : foot[k],
    );
  const [entry, exit] = [end(1), end(2)];
  const multiplicity = Float64Array.from(junctions, ({ device }) => device.multiplicity);
  /** Conductance of half a strip, S; 0 where there is none. */
  const half = Float64Array.from(junctions, ({ mtj }, k) =>
    onStrip[k] ? (2 * multiplicity[k]) / channelResistance(mtj) : 0,
  );
  const entries = conductanceEntries(context, top, foot);
  const halves = [
    conductanceEntries(context, entry, foot),
    conductanceEntries(context, foot, exit),
  ];
  const cosine = new Float64Array(count);
  const restart = (k: number): void => {
    const { magnet, mtj } = junctions[k];
    magnet.reset();
    cosine[k] = dot(magnet.direction(), mtj.referenceDirection);
  };
  for (let k = 0; k < count; k++) restart(k);

  const across = (k: number, x: Float64Array): number => x[top[k]] - x[foot[k]];
  const state = (k: number, x: Float64Array) =>
    junctionState(junctions[k].mtj, cosine[k], across(k, x));
  /** What one junction of device k finds at x. Current from the strip up to the reference favours parallel. */
  const excitation = (k: number, x: Float64Array): Excitation => ({
    channelCurrent: ((half[k] / multiplicity[k]) * (x[entry[k]] - x[exit[k]])) / 2,
    junctionCurrent: -state(k, x).currentAmpere,
    junctionVoltage: across(k, x),
    oersted: junctions[k].oersted,
  });
  const direct = (k: number, { x, time, dc }: Evaluation): void => {
    if (dc) return restart(k);
    const { magnet, mtj } = junctions[k];
    cosine[k] = dot(magnet.foretell(time, excitation(k, x)), mtj.referenceDirection);
  };

  return {
    element: 'mtj',
    names: junctions.map(({ device }) => device.name),
    entries: [entries, ...halves],
    symmetric: true,
    conductingPaths: concatenate(pairs(top, foot), pairs(entry, foot), pairs(foot, exit)),
    stampConstant(g) {
      for (const half2 of halves) stampConductances(g, half2, half);
    },
    load(evaluation) {
      const { x, f, g } = evaluation;
      for (let k = 0; k < count; k++) {
        direct(k, evaluation);
        const { currentAmpere, slopeSiemens } = state(k, x);
        const current = multiplicity[k] * currentAmpere;
        const slope = multiplicity[k] * slopeSiemens;
        f[top[k]] += current;
        f[foot[k]] -= current;
        g[entries[4 * k]] += slope;
        g[entries[4 * k + 1]] -= slope;
        g[entries[4 * k + 2]] -= slope;
        g[entries[4 * k + 3]] += slope;
      }
    },
    accept({ x, time, dc }) {
      if (dc) return;
      for (let k = 0; k < count; k++) {
        if (time === 0) restart(k);
        junctions[k].magnet.accept(time, excitation(k, x));
      }
    },
    largestStep: () =>
      junctions.reduce((least, { magnet }) => Math.min(least, magnet.largestStep()), Infinity),
    currents({ x }, out, offset) {
      for (let k = 0; k < count; k++) out[offset + k] = multiplicity[k] * state(k, x).currentAmpere;
    },
    noise: ({ x }) =>
      junctions.flatMap(({ device: { name } }, k) => {
        const source = (from: number, to: number, siemens: number) => ({
          device: name,
          from,
          to,
          white: thermalNoise(settings.temperature, siemens),
        });
        const junction = source(top[k], foot[k], multiplicity[k] * state(k, x).conductanceSiemens);
        return onStrip[k]
          ? [junction, source(entry[k], foot[k], half[k]), source(foot[k], exit[k], half[k])]
          : [junction];
      }),
  };
}
