import type { Circuit, CircuitDevice, IndependentSource } from '../../src/netlist/index.js';

export type Resistor = readonly [name: string, a: string, b: string, ohm: number];

interface HandMade {
  readonly resistors?: readonly Resistor[];
  readonly devices?: readonly CircuitDevice[];
}

type NodeOf = (name: string) => number;

/** A flat circuit without a netlist; `make` gets a function that numbers nodes by name. */
export function handMade(make: (node: NodeOf) => HandMade, rest: Partial<Circuit> = {}): Circuit {
  const nodeNames = ['0'];
  const node: NodeOf = (name) => {
    const known = nodeNames.indexOf(name);
    return known >= 0 ? known : nodeNames.push(name) - 1;
  };
  const { resistors = [], devices = [] } = make(node);
  const nodes = Int32Array.from(resistors.flatMap(([, a, b]) => [node(a), node(b)]));
  return {
    title: 'hand-made',
    nodeNames,
    resistors: {
      count: resistors.length,
      names: resistors.map(([name]) => name),
      nodes,
      values: Float64Array.from(resistors, ([, , , ohm]) => ohm),
      places: new Int32Array(resistors.length),
    },
    capacitors: {
      count: 0,
      names: [],
      nodes: new Int32Array(0),
      values: new Float64Array(0),
      places: new Int32Array(0),
    },
    devices,
    models: new Map(),
    analyses: [{ kind: 'op', place: 0 }],
    steps: [],
    outputs: [],
    measures: [],
    options: {},
    temperature: 300.15,
    nominalTemperature: 300.15,
    initialConditions: [],
    nodesets: [],
    parameters: {},
    diagnostics: [],
    sources: [],
    ...rest,
  };
}

const common = { multiplicity: 1, place: 0 };

export const source = (
  kind: 'v' | 'i',
  name: string,
  nodes: readonly number[],
  dc: number,
): CircuitDevice => ({ ...common, kind, name, nodes, dc, ac: { magnitude: 0, phase: 0 } });

/** A source with a waveform or a small-signal amplitude. */
export const drive = (
  kind: 'v' | 'i',
  name: string,
  nodes: readonly number[],
  rest: Partial<IndependentSource>,
): CircuitDevice => ({
  ...common,
  kind,
  name,
  nodes,
  dc: 0,
  ac: { magnitude: 0, phase: 0 },
  ...rest,
});

export const passive = (
  kind: 'c' | 'l' | 'r',
  name: string,
  nodes: readonly number[],
  value: number,
  parameters: Readonly<Record<string, number>> = {},
): CircuitDevice => ({ ...common, kind, name, nodes, value, parameters });

/** `.tran` with an explicit largest step, s. */
export const transient = (
  stop: number,
  maximumStep?: number,
  useInitialConditions = false,
): Circuit['analyses'] => [
  {
    kind: 'tran',
    place: 0,
    step: 0,
    start: 0,
    stop,
    useInitialConditions,
    ...(maximumStep === undefined ? {} : { maximumStep }),
  },
];

export const voltageControlled = (
  kind: 'e' | 'g',
  name: string,
  nodes: readonly number[],
  gain: number,
): CircuitDevice => ({ ...common, kind, name, nodes, gain });

export const currentControlled = (
  kind: 'f' | 'h',
  name: string,
  nodes: readonly number[],
  control: string,
  gain: number,
): CircuitDevice => ({ ...common, kind, name, nodes, control, gain });
