import { invalidInput, type SpinbarError } from '../../errors/index.js';
import { defineCrossbar, type Crossbar } from '../../crossbar/index.js';
import type { Circuit, IndependentSource } from '../../netlist/index.js';
import { wireLimit } from './wire-limit.js';

/** A crossbar found in a netlist, with what drives and senses it. */
export interface FoundCrossbar {
  readonly crossbar: Crossbar;
  /** Voltage of each word line's source (V). */
  readonly inputs: Float64Array;
  /** Flat names of the sense sources, one a bit line: the column current is the current through it. */
  readonly senses: readonly string[];
}

interface Line {
  readonly source: IndependentSource;
  /** Nodes from the source outwards. */
  readonly nodes: readonly number[];
  /** Resistance from the source to the first cell, and of each segment. */
  readonly end: number;
  readonly segment: number;
}

interface Cell {
  readonly word: number;
  readonly bit: number;
  readonly conductance: number;
}

/**
 * Recognises a crossbar of resistors and voltage sources in a flat circuit, whatever its names: wires
 * are the small resistances (a gap of at least 10 separates them from cells), a line is what wires join,
 * each line ends in one voltage source to ground, and cells join two lines. Word lines are the side
 * whose sources are not all 0 V. Order along the lines gives rows and columns.
 *
 * Throws invalidInput where the circuit is something else.
 */
export function crossbarOfCircuit(circuit: Circuit, file: string): FoundCrossbar {
  const { resistors, devices } = circuit;
  const reject = (why: string): SpinbarError =>
    invalidInput({
      code: 'experiment.not-a-crossbar',
      what: 'this netlist is not a crossbar that the crossbar solver knows',
      where: { file },
      why,
      mend: 'use word lines driven by voltage sources, bit lines sensed by 0 V sources, and linear cells; or leave `netlist` out',
    });
  const sources = devices.filter((device): device is IndependentSource => device.kind === 'v');
  const other = devices.find((device) => device.kind !== 'v');
  if (other) throw reject(`${other.name} is neither a resistor nor a voltage source`);
  const limit = wireLimit(resistors.values.subarray(0, resistors.count));

  const wires = new Map<number, { readonly to: number; readonly ohm: number }[]>();
  const cells: { readonly a: number; readonly b: number; readonly ohm: number }[] = [];
  for (let k = 0; k < resistors.count; k += 1) {
    const [a, b, ohm] = [resistors.nodes[2 * k], resistors.nodes[2 * k + 1], resistors.values[k]];
    if (ohm > limit) cells.push({ a, b, ohm });
    else {
      wires.set(a, [...(wires.get(a) ?? []), { to: b, ohm }]);
      wires.set(b, [...(wires.get(b) ?? []), { to: a, ohm }]);
    }
  }

  const cellNodes = new Set(cells.flatMap(({ a, b }) => [a, b]));
  const lineOfNode = new Map<number, number>();
  const lines = sources.map((source, index) => {
    const [node, ground] = source.nodes;
    if (ground !== 0) throw reject(`${source.name} does not go to ground`);
    return walk(source, node, index);
  });

  function walk(source: IndependentSource, start: number, index: number): Line {
    const nodes: number[] = [];
    let end = 0;
    let segment: number | undefined;
    let previous = -1;
    let at = start;
    for (;;) {
      if (lineOfNode.has(at)) throw reject(`${source.name} drives a line that has another source`);
      lineOfNode.set(at, index);
      if (cellNodes.has(at)) nodes.push(at);
      const onward: { readonly to: number; readonly ohm: number }[] = (wires.get(at) ?? []).filter(
        ({ to }) => to !== previous,
      );
      if (onward.length === 0) break;
      if (onward.length > 1) throw reject(`the wires of ${source.name} branch`);
      const { to, ohm } = onward[0];
      if (nodes.length === 0) end += ohm;
      else if (segment !== undefined && Math.abs(segment / ohm - 1) > 1e-9)
        throw reject(`the segments of ${source.name} have different resistances`);
      else segment = ohm;
      previous = at;
      at = to;
    }
    return { source, nodes, end, segment: segment ?? 0 };
  }

  const isWord = sides(
    cells.map(({ a, b }) => [lineOfNode.get(a), lineOfNode.get(b)] as const),
    sources,
    reject,
  );
  const placed = cells.map(({ a, b, ohm }): Cell => {
    const [word, bit] = isWord(lineOfNode.get(a) ?? -1) ? [a, b] : [b, a];
    return { word, bit, conductance: 1 / ohm };
  });
  const crossing = new Map(placed.map((cell) => [`${cell.word},${cell.bit}`, cell]));
  const words = lines.filter((_, index) => isWord(index));
  const bits = lines.filter((_, index) => !isWord(index));
  const bitOf = new Map(placed.map(({ word, bit }) => [word, lineOfNode.get(bit) ?? -1]));
  const wordOf = new Map(placed.map(({ word, bit }) => [bit, lineOfNode.get(word) ?? -1]));
  const orderedBits = ordered(bits, words[0], bitOf, lines);
  const orderedWords = ordered(words, bits[0], wordOf, lines, 'from the far end');

  const columns = orderedBits.length;
  const conductance = new Float64Array(orderedWords.length * columns);
  for (const [i, word] of orderedWords.entries()) {
    for (const [j, bit] of orderedBits.entries()) {
      const w = word.nodes.length === 1 ? word.nodes[0] : word.nodes[j];
      const b = bit.nodes.length === 1 ? bit.nodes[0] : bit.nodes.at(-1 - i);
      conductance[i * columns + j] = crossing.get(`${w},${b}`)?.conductance ?? 0;
    }
  }
  if (conductance.filter((value) => value > 0).length !== cells.length)
    throw reject('cells do not join each word line with each bit line in the same order');
  return {
    crossbar: defineCrossbar({
      conductance: { data: conductance, shape: [orderedWords.length, columns] },
      wire: { wordLine: orderedWords[0].segment, bitLine: orderedBits[0].segment },
      driver: orderedWords.map(({ end }) => end),
      load: orderedBits.map(({ end }) => end),
      endSegments: false,
    }),
    inputs: Float64Array.from(orderedWords, ({ source }) => source.dc),
    senses: orderedBits.map(({ source }) => source.name),
  };
}

/** Two-colours the lines by the cells that join them; the side with a driven source is the word lines. */
function sides(
  joined: readonly (readonly [number | undefined, number | undefined])[],
  sources: readonly IndependentSource[],
  reject: (why: string) => SpinbarError,
): (line: number) => boolean {
  const colour = new Map<number, boolean>();
  const neighbours = new Map<number, number[]>();
  for (const [a, b] of joined) {
    if (a === undefined || b === undefined) throw reject('a cell ends on a line without a source');
    neighbours.set(a, [...(neighbours.get(a) ?? []), b]);
    neighbours.set(b, [...(neighbours.get(b) ?? []), a]);
  }
  const first = sources.findIndex(({ dc }) => dc !== 0);
  if (first < 0) throw reject('no word line is driven');
  const queue = [first];
  colour.set(first, true);
  for (const line of queue) {
    for (const next of neighbours.get(line) ?? []) {
      if (colour.get(next) === colour.get(line)) throw reject('a cell joins two word lines');
      if (colour.has(next)) continue;
      colour.set(next, !colour.get(line));
      queue.push(next);
    }
  }
  if (colour.size !== sources.length) throw reject('a source drives no cell');
  const driven = sources.find(({ dc }, line) => dc !== 0 && !colour.get(line));
  if (driven) throw reject(`${driven.name} drives a bit line`);
  return (line) => colour.get(line) ?? false;
}

/** Lines in the order in which they cross `across`; by appearance where `across` is a single node. */
function ordered(
  side: readonly Line[],
  across: Line,
  lineAt: ReadonlyMap<number, number>,
  lines: readonly Line[],
  start: 'from the source' | 'from the far end' = 'from the source',
): readonly Line[] {
  if (across.nodes.length !== side.length) return side;
  const found = across.nodes.map((node) => lines[lineAt.get(node) ?? -1]);
  return start === 'from the source' ? found : found.reverse();
}
