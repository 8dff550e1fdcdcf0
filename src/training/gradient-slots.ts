import type { Graph } from '../network/index.js';
import type { Slot, Workspace } from './workspace.js';

/** When a value's gradient is in use, in node indices: the backward pass runs from high to low. */
export interface Lifetime {
  /** Its last consumer, which writes it first; Infinity for the output, whose gradient the loss gives. */
  readonly from: number;
  /** The node it belongs to: after that node's backward step it is done with. */
  readonly to: number;
}

/** Nodes that give their input on as it is. */
export const isAlias = (op: string): boolean => op === 'flatten' || op === 'identity';

/** Lifetimes of the gradients of all nodes but aliases, by node name. */
export function gradientLifetimes({ nodes, output }: Graph): ReadonlyMap<string, Lifetime> {
  const origin = new Map<string, string>();
  const own = (name: string): string => origin.get(name) ?? name;
  const lifetimes = new Map<string, { from: number; to: number }>();
  for (const [index, { name, op, inputs }] of nodes.entries()) {
    if (isAlias(op)) {
      origin.set(name, own(inputs[0]));
      continue;
    }
    for (const input of inputs) {
      const lifetime = lifetimes.get(own(input));
      if (lifetime) lifetime.from = index;
    }
    lifetimes.set(name, { from: index, to: index });
  }
  const last = lifetimes.get(own(output));
  if (last) last.from = Infinity;
  return lifetimes;
}

/**
 * A slot for every gradient, shared by those that are never in use together: the smallest free one that is
 * long enough. Whoever is done with a slot leaves it zero.
 */
export function gradientSlots(
  workspace: Workspace,
  lifetimes: ReadonlyMap<string, Lifetime>,
  lengthOf: (name: string) => number,
): ReadonlyMap<string, Slot> {
  const slots = new Map<string, Slot>();
  const shared: { readonly slot: Slot; freeBelow: number }[] = [];
  const inOrder = [...lifetimes].sort(([, a], [, b]) => b.from - a.from || b.to - a.to);
  for (const [name, { from, to }] of inOrder) {
    const length = lengthOf(name);
    let fitting: (typeof shared)[number] | undefined;
    for (const candidate of shared) {
      if (candidate.freeBelow <= from || candidate.slot.length < length) continue;
      if (!fitting || candidate.slot.length < fitting.slot.length) fitting = candidate;
    }
    if (!fitting) shared.push((fitting = { slot: workspace.reserve(length), freeBelow: to }));
    fitting.freeBelow = to;
    slots.set(name, { offset: fitting.slot.offset, length });
  }
  return slots;
}
