import { describe, expect, it } from 'vitest';
import { builtInNetwork } from '../../src/network/index.js';
import { gradientLifetimes, gradientSlots } from '../../src/training/gradient-slots.js';
import { createWorkspace } from '../../src/training/workspace.js';

describe.each(['lenet', 'resnet20', 'resnet20-stox', 'resnet20-bridged'])(
  'gradients of %s',
  (name) => {
    const { graph } = builtInNetwork(name);
    const lifetimes = gradientLifetimes(graph);
    /** Lengths of many sizes, so that short slots and long ones meet. */
    const lengthOf = (node: string): number => 16 * (1 + ((node.length * 7) % 5));

    it('live from their last consumer to their node', () => {
      for (const [node, { from, to }] of lifetimes) {
        expect(graph.nodes[to].name).toBe(node);
        const later = graph.nodes.slice(to + 1).some(({ inputs }) => inputs.includes(node));
        expect(from > to).toBe(later || node === graph.output);
      }
    });

    it('share memory only when they are never in use together', () => {
      const workspace = createWorkspace();
      const slots = [...gradientSlots(workspace, lifetimes, lengthOf)];
      let shared = 0;
      for (const [a, one] of slots) {
        expect(one.length).toBe(lengthOf(a));
        for (const [b, other] of slots) {
          if (a >= b) continue;
          const apart =
            one.offset + 4 * one.length <= other.offset ||
            other.offset + 4 * other.length <= one.offset;
          if (apart) continue;
          shared += 1;
          const [first, second] = [lifetimes.get(a), lifetimes.get(b)];
          if (!first || !second) throw new RangeError('no lifetime');
          expect(first.to > second.from || second.to > first.from).toBe(true);
        }
      }
      expect(shared).toBeGreaterThan(slots.length / 2);
    });
  },
);
