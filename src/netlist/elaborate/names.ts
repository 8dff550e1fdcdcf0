import { didYouMean } from '../../units/index.js';
import type { NameReference } from '../deck.js';
import { findName } from '../name-table.js';
import { netlistError } from '../problem.js';
import type { Elaboration, Frame } from './state.js';

/** Flat name of a device of a frame: `r1` at the top, `r.x1.r1` inside x1. */
export const flatDeviceName = (path: string, kind: string, name: string): string =>
  path === '' ? name : `${kind}.${path}.${name}`;

/** Circuit node of a local node number; entered when first used. */
export function nodeOf(frame: Frame, local: number): number {
  const known = frame.nodes[local];
  if (known >= 0) return known;
  const name = frame.block.nodes.names[local];
  const node = enterNode(frame, name);
  frame.nodes[local] = node;
  return node;
}

function enterNode({ elaboration, path }: Frame, name: string): number {
  if (name === '0' || name === 'gnd') return 0;
  const { nodeNames, globalNodes, netlist } = elaboration;
  const isGlobal = netlist.globals.has(name);
  if (isGlobal) {
    const known = globalNodes.get(name);
    if (known !== undefined) return known;
    globalNodes.set(name, nodeNames.length);
  }
  nodeNames.push(path === '' || isGlobal ? name : `${path}.${name}`);
  elaboration.nodeIndex = undefined;
  return nodeNames.length - 1;
}

/** Node of a name written in an expression or directive of a frame; hierarchical names allowed. */
export function findNode(frame: Frame, written: string): number | undefined {
  const { elaboration, block, path } = frame;
  if (written === '0' || written === 'gnd') return 0;
  const local = findName(block.nodes, written);
  if (local >= 0 && frame.nodes[local] >= 0) return frame.nodes[local];
  const flat = written.replaceAll(':', '.');
  elaboration.nodeIndex ??= new Map(elaboration.nodeNames.map((name, node) => [name, node]));
  const index = elaboration.nodeIndex;
  return (
    index.get(path === '' ? flat : `${path}.${flat}`) ?? index.get(flat) ?? findPin(frame, flat)
  );
}

/** `x1.pin`: a pin of an instance is the node it is connected to. */
function findPin(frame: Frame, flat: string): number | undefined {
  const parts = flat.split('.');
  let { block } = frame;
  const connections: string[][] = [];
  for (let k = 0; k < parts.length - 1; k += 1) {
    const card = block.cards.find(({ kind, name }) => kind === 'x' && name === parts[k]);
    const inner = card?.model && findBlock(block, card.model.name);
    if (!card || !inner) return undefined;
    connections.push(card.nodes.map((node) => block.nodes.names[node]));
    block = inner;
    const port = block.ports.findIndex((pin) => block.nodes.names[pin] === parts[k + 1]);
    if (k === parts.length - 2 && port >= 0) {
      const outer = connections[k][port];
      return outer === undefined
        ? undefined
        : findNode(frame, [...parts.slice(0, k), outer].join('.'));
    }
  }
  return undefined;
}

/** The subcircuit a name means in a block: its own definitions, then the enclosing ones. */
export function findBlock(from: Frame['block'], name: string): Frame['block'] | undefined {
  for (let at: Frame['block'] | undefined = from; at; at = at.enclosing) {
    const found = at.subcircuits.find((candidate) => candidate.name === name);
    if (found) return found;
  }
  return undefined;
}

/** As `findNode`, throwing with the nearest name when there is none. */
export function requireNode(frame: Frame, written: string, place: number): number {
  const node = findNode(frame, written);
  if (node !== undefined) return node;
  const near = didYouMean(written, frame.elaboration.nodeNames.slice(0, 5000));
  throw netlistError(frame.elaboration.netlist.sources, {
    code: 'unknown-node',
    what: `there is no node "${written}"`,
    place,
    length: written.length,
    ...(near === undefined ? {} : { mend: `did you mean "${near}"?` }),
  });
}

/**
 * Flat name of a device written in an expression or as control: local first, then hierarchical
 * (`x1.v1`, `x1:v1`, `v.x1.v1`), then the top level.
 */
export function flatReference(frame: Frame, { name, place }: NameReference, by: string): string {
  const { elaboration } = frame;
  const flat = resolveDevice(frame, name);
  elaboration.references.push({ name: flat, place, by });
  return flat;
}

function resolveDevice({ block, path }: Frame, name: string): string {
  if (findName(block.deviceNames, name) >= 0) return flatDeviceName(path, name[0], name);
  const dotted = name.replaceAll(':', '.');
  const dot = dotted.lastIndexOf('.');
  // `v.x1.v1` is flat already; `x1.v1` names device v1 inside x1.
  if (dot < 0 || dotted[1] === '.') return dotted;
  const device = dotted.slice(dot + 1);
  const inner = dotted.slice(0, dot);
  return flatDeviceName(path === '' ? inner : `${path}.${inner}`, device[0], device);
}

/** Every device name of the circuit, for checks at the end. */
export function allDeviceNames({ devices, resistors, capacitors }: Elaboration): Set<string> {
  const names = new Set<string>(resistors.names);
  for (const name of capacitors.names) names.add(name);
  for (const device of devices) if (device) names.add(device.name);
  return names;
}

/** Notes an error for every controlling device that does not exist. */
export function checkReferences(
  elaboration: Elaboration,
  report: (error: ReturnType<typeof netlistError>) => void,
): void {
  const { references, netlist } = elaboration;
  if (references.length === 0) return;
  const known = allDeviceNames(elaboration);
  for (const { name, place, by } of references) {
    if (known.has(name)) continue;
    const near = didYouMean(name, [...known].slice(0, 5000));
    report(
      netlistError(netlist.sources, {
        code: 'unknown-device',
        what: `${by} refers to device "${name}", which does not exist`,
        place,
        length: name.length,
        ...(near === undefined ? {} : { mend: `did you mean "${near}"?` }),
      }),
    );
  }
}

/** Nearest frame, by definition and then by instantiation, in which `find` succeeds. */
export function searchFrames<T>(frame: Frame, find: (at: Frame) => T | undefined): T | undefined {
  for (let at: Frame | undefined = frame; at; at = at.lexical) {
    const found = find(at);
    if (found !== undefined) return found;
  }
  for (let at = frame.caller; at; at = at.caller) {
    const found = find(at);
    if (found !== undefined) return found;
  }
  return undefined;
}
