import { invalidInput } from '../../errors/index.js';
import { locate, type CouplingDevice, type PassiveDevice } from '../../netlist/index.js';
import type { BuildContext, ElementGroup, ElementType } from '../system/element.js';
import { temperatureFactor, temperatureRise } from './resistance.js';
import { branchEntries, branchTriples, pairs, stampBranches } from './two-terminal.js';

/** A mutual inductance between inductors p and q of the list, as a coefficient |k| <= 1. */
interface Mutual {
  readonly p: number;
  readonly q: number;
  readonly coupling: number;
}

/**
 * Linear inductors and their couplings: v(a) - v(b) - d/dt (L i + sum M i') = 0 with
 * M = k sqrt(L L'). Their currents are unknowns; at dc they are shorts.
 */
export const inductor: ElementType = {
  name: 'inductor',
  claims: (device) =>
    device.kind === 'k' || (device.kind === 'l' && device.behaviour === undefined),
  declare(devices, { branch }) {
    for (const device of devices) if (device.kind === 'l') branch(device.name);
  },
  build(devices, context) {
    const coils = devices.filter((device): device is PassiveDevice => device.kind === 'l');
    if (coils.length === 0) return [];
    return [inductorGroup(coils, mutuals(devices, coils, context), context)];
  },
};

/** Ohm at dc for the largest inductance in a loop of ideal voltages. */
const LOOP_RESISTANCE = 1e-6;

function mutuals(
  devices: readonly { readonly kind: string }[],
  coils: readonly PassiveDevice[],
  { circuit }: BuildContext,
): Mutual[] {
  const position = new Map(coils.map(({ name }, k) => [name, k]));
  return devices.flatMap((device) => {
    if (device.kind !== 'k') return [];
    const { name, inductors, coupling, place } = device as CouplingDevice;
    const members = inductors.map((coil) => {
      const k = position.get(coil);
      if (k !== undefined) return k;
      throw invalidInput({
        code: 'circuit.unknown-inductor',
        what: `${name} couples ${coil}, which is no inductor of this circuit`,
        where: locate(circuit.sources, place),
        mend: 'name inductors that exist at the same level of hierarchy',
      });
    });
    return members.flatMap((p, k) => members.slice(k + 1).map((q) => ({ p, q, coupling })));
  });
}

function inductorGroup(
  coils: readonly PassiveDevice[],
  couplings: readonly Mutual[],
  context: BuildContext,
): ElementGroup {
  const { circuit, settings, branchOf, entry, unknownOfNode } = context;
  const first = Int32Array.from(coils, ({ nodes }) => unknownOfNode(nodes[0]));
  const second = Int32Array.from(coils, ({ nodes }) => unknownOfNode(nodes[1]));
  const branch = Int32Array.from(coils, ({ name }) => branchOf(name));
  const incidence = branchEntries(context, branch, first, second);
  const own = branch.map((row) => entry(row, row));
  const forward = Int32Array.from(couplings, ({ p, q }) => entry(branch[p], branch[q]));
  const backward = Int32Array.from(couplings, ({ p, q }) => entry(branch[q], branch[p]));
  const henry = Float64Array.from(coils, (coil) => {
    const model = coil.model === undefined ? undefined : circuit.models.get(coil.model);
    const rise = temperatureRise(coil.parameters, model, settings);
    const nominal = coil.value ?? model?.parameters.l ?? model?.parameters.ind ?? 0;
    return (nominal * temperatureFactor(coil.parameters, model, rise)) / coil.multiplicity;
  });
  const mutual = ({ p, q, coupling }: Mutual) => coupling * Math.sqrt(henry[p] * henry[q]);
  const loopResistance = new Float64Array(branch.length);
  return {
    element: 'inductor',
    names: coils.map(({ name }) => name),
    entries: [incidence, own, forward, backward],
    symmetric: false,
    conductingPaths: pairs(first, second),
    voltageBranches: branchTriples(branch, first, second),
    stampConstant(g, c) {
      stampBranches(g, incidence);
      for (let k = 0; k < own.length; k++) c[own[k]] -= henry[k];
      couplings.forEach((pair, k) => {
        c[forward[k]] -= mutual(pair);
        c[backward[k]] -= mutual(pair);
      });
    },
    closeLoops(branches) {
      const closing = branch.map((unknown) => (branches.has(unknown) ? 1 : 0));
      const largest = henry.reduce((most, l, k) => Math.max(most, closing[k] * Math.abs(l)), 0);
      loopResistance.fill(0);
      if (largest === 0) return;
      closing.forEach((closes, k) => {
        loopResistance[k] = (closes * LOOP_RESISTANCE * Math.abs(henry[k])) / largest;
      });
    },
    stampDc(g) {
      for (let k = 0; k < own.length; k++) g[own[k]] -= loopResistance[k];
    },
    currents({ x }, out, offset) {
      for (let k = 0; k < branch.length; k++) out[offset + k] = x[branch[k]];
    },
    initialCharge({ q, x }) {
      const start = coils.map(({ parameters }, k) => (parameters.ic ?? 0) - x[branch[k]]);
      for (let k = 0; k < branch.length; k++) q[branch[k]] -= henry[k] * start[k];
      for (const pair of couplings) {
        q[branch[pair.p]] -= mutual(pair) * start[pair.q];
        q[branch[pair.q]] -= mutual(pair) * start[pair.p];
      }
    },
    setValue(index, value) {
      henry[index] = value;
      return 'matrix';
    },
    value: (index) => henry[index],
  };
}
