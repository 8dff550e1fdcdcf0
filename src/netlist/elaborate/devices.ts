import type {
  CircuitDevice,
  IndependentSource,
  ModelCard,
  PassiveDevice,
} from '../circuit-description.js';
import type { ElementCard } from '../deck.js';
import { buildBehaviour } from '../expression/build-behaviour.js';
import { isDynamic } from '../expression/dynamic.js';
import { evaluateExpression } from '../expression/evaluate.js';
import type { Expression } from '../expression/syntax.js';
import { pushPlainElement } from '../plain-elements.js';
import { netlistError } from '../problem.js';
import { instanceParameters } from './known-parameters.js';
import { findModel, requireModel, warnOfUnknown } from './models.js';
import { flatDeviceName, flatReference, nodeOf } from './names.js';
import { resolveProbe } from './probes.js';
import { attempt, warn, type Frame } from './state.js';
import { elaborateWaveform, waveformAtZero } from './waveform.js';

/** Stands for R = 0, as in ngspice: small, but not so small that currents lose their digits. */
export const TINY_RESISTANCE_OHM = 1e-3;

/** Model types that are devices of our own, also when written as R. */
const OWN_MODEL_TYPES = new Set(['memristor', 'mtj']);

/** Model types each element accepts. */
const MODEL_TYPES: Readonly<Record<string, readonly string[]>> = {
  r: ['r', 'res'],
  c: ['c', 'cap'],
  l: ['l', 'ind'],
  d: ['d'],
  q: ['npn', 'pnp'],
  j: ['njf', 'pjf'],
  m: ['nmos', 'pmos'],
  s: ['sw', 'vswitch', 'switch'],
  w: ['csw', 'iswitch'],
};

/** Adds the device of one element card to the circuit. */
export function elaborateDevice(frame: Frame, card: ElementCard): void {
  const { elaboration, scope, path } = frame;
  const name = flatDeviceName(path, card.kind, card.name);
  const number = (expression: Expression): number => evaluateExpression(expression, scope, name);
  const given = new Map(card.parameters.map((one) => [one.name, one]));
  const m = given.get('m');
  const multiplicity = frame.multiplicity * (m ? number(m.expression) : 1);
  given.delete('m');
  const nodes = card.nodes.map((node) => nodeOf(frame, node));
  const base = { name, nodes, multiplicity, place: card.place };
  const parameters = (): Record<string, number> =>
    Object.fromEntries([
      ...[...given].map(([key, { expression }]) => [key, number(expression)] as const),
      ...card.flags.map((flag) => [flag, 1] as const),
    ]);
  const add = (device: CircuitDevice): void => {
    elaboration.devices.push(device);
  };
  /** Built when all nodes are known; keeps its place in the netlist's order. */
  const addBehaviour = (
    expression: Expression,
    text: string,
    device: (behaviour: ReturnType<typeof buildBehaviour>) => CircuitDevice,
  ): void => {
    const slot = elaboration.devices.length;
    elaboration.devices.push(undefined);
    elaboration.deferred.push(() => {
      attempt(elaboration, () => {
        const resolve = resolveProbe(frame, card.name);
        elaboration.devices[slot] = device(
          buildBehaviour(expression, scope, { resolve, owner: name, text }),
        );
      });
    });
  };

  const checkParameters = (model: ModelCard | undefined): void =>
    warnOfUnknown(frame, card.parameters, instanceParameters(card.kind, model?.type), card.name);

  switch (card.kind) {
    case 'r':
    case 'c':
    case 'l':
      return elaboratePassive();
    case 'v':
    case 'i':
      return add(independentSource());
    case 'e':
    case 'g':
    case 'f':
    case 'h':
    case 'b':
      return elaborateControlled(card.kind);
    case 'k':
      return add({
        ...base,
        kind: 'k',
        inductors: card.controls.map((one) => flatReference(frame, one, card.name)),
        coupling: coupling(),
      });
    default:
      return add({
        ...base,
        kind: modelKind(),
        ...modelParts(),
        parameters: areaAnd(parameters()),
      });
  }

  function elaboratePassive(): void {
    const kind = card.kind as PassiveDevice['kind'];
    const positional = card.values.map((value) => ({
      value,
      model: value.type === 'name' ? findModel(frame, value.name) : undefined,
    }));
    const model =
      positional.find((one) => one.model)?.model ?? modelByName(given.get('model')?.expression);
    given.delete('model');
    const keyed = given.get(kind) ?? given.get('value');
    given.delete(kind);
    given.delete('value');
    const plain = positional.find((one) => !one.model)?.value;
    if (positional.filter((one) => !one.model).length > 1) {
      throw netlistError(elaboration.netlist.sources, {
        code: 'unknown-model',
        what: `${card.name}: one of the two values must be the name of a model`,
        place: card.place,
        length: card.name.length,
      });
    }
    checkParameters(model);
    if (model && OWN_MODEL_TYPES.has(model.type)) {
      return add({
        ...base,
        kind: 'y',
        model: model.name,
        parameters: parameters(),
      });
    }
    if (model) checkModelType(model, kind);
    const charge = kind === 'c' ? given.get('q')?.expression : undefined;
    given.delete('q');
    const expression = plain ?? keyed?.expression ?? charge;
    if (!expression && !model) {
      throw netlistError(elaboration.netlist.sources, {
        code: 'missing-value',
        what: `${card.name} has no value`,
        place: card.place,
        length: card.name.length,
      });
    }
    const rest = {
      ...base,
      kind,
      ...(model ? { model: model.name } : {}),
      parameters: parameters(),
    };
    if (!expression) return add(rest);
    if (expression === charge || isDynamic(expression, scope)) {
      return addBehaviour(expression, card.name, (behaviour) => ({
        ...rest,
        behaviour,
        ...(expression === charge ? { charge: true } : {}),
      }));
    }
    const value = mendZero(kind, number(expression));
    if (kind === 'l' || model || given.size > 0) return add({ ...rest, value });
    const target = kind === 'r' ? elaboration.resistors : elaboration.capacitors;
    target.names.push(name);
    const folded = kind === 'r' ? value / multiplicity : value * multiplicity;
    pushPlainElement(
      target.elements,
      target.names.length - 1,
      nodes[0],
      nodes[1],
      folded,
      card.place,
    );
  }

  function modelByName(expression: Expression | undefined): ModelCard | undefined {
    return expression?.type === 'name' ? requireModel(frame, expression) : undefined;
  }

  function mendZero(kind: PassiveDevice['kind'], value: number): number {
    if (kind !== 'r' || value !== 0) return value;
    warn(elaboration, {
      code: 'zero-resistance',
      what: `${card.name} has no resistance: ${TINY_RESISTANCE_OHM} ohm is used`,
      place: card.place,
      length: card.name.length,
      mend: 'give it a value, or use a 0 V source as a short',
    });
    return TINY_RESISTANCE_OHM;
  }

  function independentSource(): IndependentSource {
    const { dc, acMagnitude, acPhase, waveform: written } = card.source ?? {};
    const waveform = written && elaborateWaveform(written, number, elaboration.netlist.sources);
    return {
      ...base,
      kind: card.kind as 'v' | 'i',
      dc: dc ? number(dc) : waveform ? waveformAtZero(waveform) : 0,
      ac: {
        magnitude: acMagnitude ? number(acMagnitude) : 0,
        phase: acPhase ? number(acPhase) : 0,
      },
      ...(waveform ? { waveform } : {}),
    };
  }

  function elaborateControlled(kind: 'e' | 'f' | 'g' | 'h' | 'b'): void {
    const { behaviour: written } = card;
    if (written) {
      const { output, expression, text } = written;
      return addBehaviour(expression, text, (behaviour) => ({
        ...base,
        kind: 'b',
        output,
        behaviour,
      }));
    }
    const gain = number(card.values[0]);
    if (kind === 'e' || kind === 'g') return add({ ...base, kind, gain });
    const control = flatReference(frame, card.controls[0], card.name);
    if (kind !== 'b') add({ ...base, kind, gain, control });
  }

  function coupling(): number {
    const value = number(card.values[0]);
    if (Math.abs(value) <= 1) return value;
    throw netlistError(elaboration.netlist.sources, {
      code: 'coupling',
      what: `${card.name}: a coupling coefficient lies between -1 and 1, not ${value}`,
      place: card.place,
      length: card.name.length,
    });
  }

  function modelKind(): 'd' | 'm' | 'q' | 'j' | 's' | 'w' | 'y' {
    return card.kind as 'd' | 'm' | 'q' | 'j' | 's' | 'w' | 'y';
  }

  function modelParts(): { model: string; control?: string } {
    const reference = card.model ?? { name: '', place: card.place };
    const model = requireModel(frame, reference);
    checkModelType(model, card.kind);
    checkParameters(model);
    const control = card.controls[0] && flatReference(frame, card.controls[0], card.name);
    return { model: model.name, ...(control === undefined ? {} : { control }) };
  }

  function areaAnd(named: Record<string, number>): Record<string, number> {
    return card.values[0] ? { area: number(card.values[0]), ...named } : named;
  }

  function checkModelType(model: ModelCard, kind: string): void {
    const accepted = MODEL_TYPES[kind];
    if (!accepted || accepted.includes(model.type)) return;
    throw netlistError(elaboration.netlist.sources, {
      code: 'model-type',
      what: `${card.name}: model "${model.name}" is of type ${model.type}, wanted ${accepted.join(' or ')}`,
      place: card.model?.place ?? card.place,
      length: (card.model?.name ?? card.name).length,
    });
  }
}
