import { invalidInput } from '../../errors/index.js';
import { locate, type SweepDescription, type SweepTarget } from '../../netlist/index.js';
import { deviceValue, setDeviceValue, type PreparedCircuit } from '../prepared-circuit.js';

/** What a parameter or temperature sweep needs: the circuit built anew with another value. */
export interface Overrides {
  /** Global parameters by lower-case name. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Model parameters by `model.parameter`. */
  readonly models?: Readonly<Record<string, number>>;
  /** Circuit temperature, degree Celsius. */
  readonly temperature?: number;
}

/** `inner` on top of `outer`. */
export const mergeOverrides = (outer: Overrides, inner: Overrides): Overrides => ({
  ...outer,
  ...inner,
  ...(outer.parameters && inner.parameters
    ? { parameters: { ...outer.parameters, ...inner.parameters } }
    : {}),
  ...(outer.models && inner.models ? { models: { ...outer.models, ...inner.models } } : {}),
});

export type Rebuild = (overrides: Overrides) => PreparedCircuit;

/** All points, the first loop innermost. */
export function* sweepPoints(loops: readonly SweepDescription[]): Generator<number[]> {
  const counts = loops.map(({ values }) => values[0]?.length ?? 0);
  const total = counts.reduce((product, count) => product * count, 1);
  for (let point = 0; point < total; point++) {
    let rest = point;
    yield counts.map((count) => {
      const index = rest % count;
      rest = Math.floor(rest / count);
      return index;
    });
  }
}

/** Overrides of everything in the loops that cannot be set in place. */
export function overridesAt(
  loops: readonly SweepDescription[],
  indices: readonly number[],
): Overrides {
  const parameters: Record<string, number> = {};
  const models: Record<string, number> = {};
  let temperature: number | undefined;
  loops.forEach(({ targets, values }, loop) =>
    targets.forEach((target, t) => {
      const value = values[t][indices[loop]];
      if (target.kind === 'parameter') parameters[target.name] = value;
      else if (target.kind === 'model') models[`${target.name}.${target.parameter}`] = value;
      else if (target.kind === 'temperature') temperature = value;
    }),
  );
  return {
    ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    ...(Object.keys(models).length > 0 ? { models } : {}),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

/** Sets the device values of a point in place. */
export function setDevices(
  prepared: PreparedCircuit,
  loops: readonly SweepDescription[],
  indices: readonly number[],
): void {
  forEachDevice(loops, (target, values, loop) => {
    setDeviceValue(prepared, target.name, values[indices[loop]], target.parameter);
  });
}

/** Remembers the present device values; the returned function puts them back. */
export function rememberDevices(
  prepared: PreparedCircuit,
  loops: readonly SweepDescription[],
): () => void {
  const saved: [string, number | undefined, string | undefined][] = [];
  forEachDevice(loops, ({ name, parameter }, _, loop) => {
    const value = deviceValue(prepared, name, parameter);
    if (value === undefined) {
      throw invalidInput({
        code: 'circuit.cannot-sweep',
        what: `${name} cannot be swept`,
        where: locate(prepared.circuit.sources, loops[loop].place),
        why: 'it is no source, resistor, capacitor, inductor or controlled source of this circuit',
        mend: 'check the name, or sweep a .param',
      });
    }
    saved.push([name, value, parameter]);
  });
  return () => {
    for (const [name, value, parameter] of saved) {
      if (value !== undefined) setDeviceValue(prepared, name, value, parameter);
    }
  };
}

export const needsRebuild = (loops: readonly SweepDescription[]): boolean =>
  loops.some(({ targets }) => targets.some(({ kind }) => kind !== 'device'));

function forEachDevice(
  loops: readonly SweepDescription[],
  visit: (
    target: Extract<SweepTarget, { kind: 'device' }>,
    values: readonly number[],
    loop: number,
  ) => void,
): void {
  loops.forEach(({ targets, values }, loop) =>
    targets.forEach((target, t) => {
      if (target.kind === 'device') visit(target, values[t], loop);
    }),
  );
}
