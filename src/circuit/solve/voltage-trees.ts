import type { EquationSystem } from '../system/build-system.js';

/** Ideal voltage sources as trees over the nodes; ground's tree is rooted at ground. */
export interface VoltageTrees {
  /** Number of free roots. */
  readonly count: number;
  /** Free root that node i follows, numbered 0..count-1; -1 when it follows ground. */
  readonly reducedOf: Int32Array;
  /** Non-root nodes, parents before children. */
  readonly order: Int32Array;
  /** Neighbour towards the root (size: ground), the branch to it and v(i) - v(parent) = sign E. */
  readonly parent: Int32Array;
  readonly parentBranch: Int32Array;
  readonly sign: Float64Array;
}

/** Nothing when the sources close a loop, or when other branch currents exist. */
export function voltageTrees(system: EquationSystem): VoltageTrees | undefined {
  const { size, voltages, groups } = system;
  const ties = groups.filter(({ ideal }) => ideal).map((group) => group.voltageBranches!);
  const total = ties.reduce((sum, list) => sum + list.length / 3, 0);
  if (total !== size - voltages) return undefined;

  // Adjacency of the ties; ground is vertex `size`.
  const head = new Int32Array(size + 1).fill(-1);
  const next = new Int32Array(2 * total);
  const target = new Int32Array(2 * total);
  const branchOf = new Int32Array(2 * total);
  let edges = 0;
  const link = (from: number, to: number, branch: number) => {
    next[edges] = head[from];
    target[edges] = to;
    branchOf[edges] = branch;
    head[from] = edges++;
  };
  for (const list of ties) {
    for (let k = 0; k < list.length; k += 3) {
      link(list[k + 1], list[k + 2], list[k]); // even: from the first node
      link(list[k + 2], list[k + 1], list[k]); // odd: from the second node
    }
  }

  const parent = new Int32Array(size + 1).fill(-1);
  const parentBranch = new Int32Array(size + 1).fill(-1);
  const sign = new Float64Array(size + 1);
  const reducedOf = new Int32Array(size + 1).fill(-2);
  const order = new Int32Array(total);
  const queue = new Int32Array(size + 1);
  let visited = 0;
  let count = 0;
  const grow = (root: number, label: number) => {
    reducedOf[root] = label;
    queue[0] = root;
    for (let read = 0, write = 1; read < write; read++) {
      const i = queue[read];
      for (let edge = head[i]; edge !== -1; edge = next[edge]) {
        const j = target[edge];
        if (branchOf[edge] === parentBranch[i]) continue;
        if (reducedOf[j] !== -2) return false;
        reducedOf[j] = label;
        parent[j] = i;
        parentBranch[j] = branchOf[edge];
        // Seen from the first node the source gives v(first) - v(second) = E.
        sign[j] = edge % 2 === 0 ? -1 : 1;
        order[visited++] = j;
        queue[write++] = j;
      }
    }
    return true;
  };
  if (!grow(size, -1)) return undefined;
  for (let i = 0; i < voltages; i++) {
    if (reducedOf[i] === -2 && !grow(i, count++)) return undefined;
  }
  return { count, reducedOf, order, parent, parentBranch, sign };
}
