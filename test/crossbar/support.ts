import { LuDecomposition, Matrix } from 'ml-matrix';
import { philox4x32 } from '../../src/numerics/philox.js';
import { streamKey, uniform53FromWords } from '../../src/numerics/stream.js';

/**
 * An independent oracle: dense modified nodal analysis of netlists of R and V, by LU with pivoting.
 * Returns the currents into the first node of each voltage source and all node voltages.
 */
export function solveNetlistDense(netlist: string): {
  current: Map<string, number>;
  voltage: Map<string, number>;
} {
  const nodes = new Map<string, number>([['0', -1]]);
  const nodeOf = (name: string): number => {
    if (!nodes.has(name)) nodes.set(name, nodes.size - 1);
    return nodes.get(name) ?? -1;
  };
  const resistors: [number, number, number][] = [];
  const sources: [string, number, number, number][] = [];
  for (const line of netlist.split('\n').slice(1)) {
    const [name, from, to, ...rest] = line.split(/\s+/);
    if (/^r/.test(name)) resistors.push([nodeOf(from), nodeOf(to), Number(rest[0])]);
    if (/^v/.test(name)) sources.push([name, nodeOf(from), nodeOf(to), Number(rest.at(-1))]);
  }
  const count = nodes.size - 1;
  const a = Matrix.zeros(count + sources.length, count + sources.length);
  const b = Matrix.zeros(count + sources.length, 1);
  const add = (i: number, j: number, value: number): void => {
    if (i >= 0 && j >= 0) a.set(i, j, a.get(i, j) + value);
  };
  for (const [p, q, ohm] of resistors) {
    add(p, p, 1 / ohm);
    add(q, q, 1 / ohm);
    add(p, q, -1 / ohm);
    add(q, p, -1 / ohm);
  }
  sources.forEach(([, p, q, volt], index) => {
    add(p, count + index, 1);
    add(count + index, p, 1);
    add(q, count + index, -1);
    add(count + index, q, -1);
    b.set(count + index, 0, volt);
  });
  const lu = new LuDecomposition(a);
  const x = lu.solve(b);
  // One step of iterative refinement: ideal and tiny resistances give a wide range of entries.
  x.add(lu.solve(Matrix.sub(b, a.mmul(x))));
  return {
    current: new Map(sources.map(([name], index) => [name, x.get(count + index, 0)])),
    voltage: new Map(
      [...nodes].map(([name, index]) => [name, index < 0 ? 0 : x.get(index, 0)] as const),
    ),
  };
}

/** Keyed uniform numbers in (0, 1) for building test cases. */
export function uniforms(seed: number, purpose = 'test.crossbar'): () => number {
  const key = streamKey(seed, purpose);
  const words = new Uint32Array(4);
  let counter = 0;
  return () => {
    philox4x32(key, counter, 0, 0, 0, words);
    counter += 1;
    return uniform53FromWords(words[0], words[1]);
  };
}

/** Largest difference relative to the largest expected magnitude (at least 1e-12, say 1 pA). */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let scale = 1e-12;
  let worst = 0;
  for (let k = 0; k < expected.length; k += 1) {
    scale = Math.max(scale, Math.abs(expected[k]));
    worst = Math.max(worst, Math.abs(actual[k] - expected[k]));
  }
  return actual.length === expected.length ? worst / scale : NaN;
}

/** The generator behind ../shared/data/ngspice: mulberry32, first inputs, then conductances. */
export function ngspiceCase(n: number, seed: number, ron: number, roff: number, vmax: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t = (t ^ (t + Math.imul(t ^ (t >>> 7), t | 61))) >>> 0;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const inputs = Array.from({ length: n }, () => vmax * next());
  const [goff, gon] = [1 / roff, 1 / ron];
  const conductance = Array.from({ length: n }, () =>
    Array.from({ length: n }, () => goff + (gon - goff) * next()),
  );
  return { inputs, conductance };
}
