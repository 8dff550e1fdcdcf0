import { EXIT, SpinbarError } from '../../errors/index.js';
import { streamKey } from '../../numerics/stream.js';
import type { Circuit, TwoTerminals } from '../circuit-description.js';
import type { Netlist } from '../deck.js';
import type { EvaluationContext, Scope } from '../expression/scope.js';
import { isDynamic } from '../expression/dynamic.js';
import { evaluateExpression } from '../expression/evaluate.js';
import { numberExpression } from '../expression/syntax.js';
import { readDirectives, readEnvironment, readInstanceDirectives } from './directives.js';
import { bind, expandFrame, openFrame } from './expand.js';
import { checkReferences } from './names.js';
import {
  attempt,
  createNamedElements,
  warn,
  type Elaboration,
  type Frame,
  type NamedElements,
} from './state.js';

export interface ElaborateOptions {
  /** Top-level parameters that replace those of the netlist (lower-case names). */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Replaces `.temp` and `.options temp`; degree Celsius. */
  readonly temperatureCelsius?: number;
  /** Replaces the seed given to `parseNetlist`. */
  readonly seed?: number;
  /** Monte Carlo trial, 0, 1, ...: other trials draw other random parameters. */
  readonly trial?: number;
}

export const ZERO_CELSIUS_KELVIN = 273.15;
const DEFAULT_CELSIUS = 27;

/**
 * Expands a netlist into a flat circuit: evaluates parameters, chooses `.if` branches, instantiates
 * subcircuits. May be called as often as needed with other parameters; the text is not read again.
 * Throws one SpinbarError (exit code 3) with every error of parsing and elaboration.
 */
export function elaborate(netlist: Netlist, options: ElaborateOptions = {}): Circuit {
  const { parameters = {}, temperatureCelsius, seed = netlist.seed, trial = 0 } = options;
  const context: EvaluationContext = {
    sources: netlist.sources,
    randomKey: streamKey(seed, 'netlist.random-parameter'),
    trial,
    temperatureCelsius: temperatureCelsius ?? DEFAULT_CELSIUS,
  };
  const elaboration = createElaboration(netlist, context);
  const scope: Scope = {
    path: '',
    parent: undefined,
    parameters: new Map(),
    functions: new Map(),
    context,
  };
  const overrides = { ...netlist.parameters, ...parameters };
  const frame = openTop(elaboration, scope, overrides);
  const environment = readEnvironment(frame);
  const celsius =
    temperatureCelsius ??
    environment.temperatures[0] ??
    numberOption(environment.options.temp) ??
    DEFAULT_CELSIUS;
  context.temperatureCelsius = celsius;
  forgetTemperature(scope);
  expandFrame(frame);
  for (const work of elaboration.deferred) work();
  const requests = readDirectives(frame);
  for (const instance of elaboration.instances) readInstanceDirectives(instance, requests);
  checkReferences(elaboration, (error) => {
    attempt(elaboration, () => {
      throw error;
    });
  });
  const values = parameterValues(frame);
  const diagnostics = [...netlist.diagnostics, ...elaboration.diagnostics];
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new SpinbarError(errors, EXIT.invalidInput);
  const { temperatures } = environment;
  const temperatureSteps =
    temperatures.length > 1 && temperatureCelsius === undefined
      ? [
          {
            targets: [{ kind: 'temperature' as const }],
            values: [temperatures],
            name: 'temp',
            place: 0,
          },
        ]
      : [];
  return {
    title: netlist.title,
    nodeNames: elaboration.nodeNames,
    resistors: twoTerminals(elaboration.resistors),
    capacitors: twoTerminals(elaboration.capacitors),
    devices: elaboration.devices.filter((device) => device !== undefined),
    models: elaboration.models,
    ...requests,
    steps: [...requests.steps, ...temperatureSteps],
    options: environment.options,
    temperature: celsius + ZERO_CELSIUS_KELVIN,
    nominalTemperature:
      (numberOption(environment.options.tnom) ?? DEFAULT_CELSIUS) + ZERO_CELSIUS_KELVIN,
    parameters: values,
    diagnostics,
    sources: netlist.sources,
  };
}

const numberOption = (value: number | string | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

function createElaboration(netlist: Netlist, context: EvaluationContext): Elaboration {
  return {
    netlist,
    context,
    nodeNames: ['0'],
    globalNodes: new Map(),
    resistors: createNamedElements(),
    capacitors: createNamedElements(),
    devices: [],
    models: new Map(),
    deferred: [],
    references: [],
    diagnostics: [],
    noted: new Set(),
    errors: 0,
    deviceCounts: new Map(),
    instances: [],
    nodeIndex: undefined,
  };
}

function openTop(
  elaboration: Elaboration,
  scope: Scope,
  overrides: Readonly<Record<string, number>>,
): Frame {
  const { top } = elaboration.netlist;
  const replaced = new Set(Object.keys(overrides).map((name) => name.toLowerCase()));
  const block = {
    ...top,
    parameters: top.parameters.filter(({ name }) => !replaced.has(name)),
  };
  for (const [name, value] of Object.entries(overrides)) {
    bind(
      scope,
      {
        name: name.toLowerCase(),
        expression: numberExpression(value),
        place: 0,
        guard: -1,
      },
      scope,
    );
    checkOverride(elaboration, name.toLowerCase());
  }
  return openFrame(elaboration, block, scope, {
    path: '',
    lexical: undefined,
    caller: undefined,
    multiplicity: 1,
    depth: 0,
  });
}

function checkOverride(elaboration: Elaboration, name: string): void {
  const { top } = elaboration.netlist;
  if (top.parameters.some((one) => one.name === name)) return;
  warn(elaboration, {
    code: 'undeclared-parameter',
    what: `the netlist has no parameter "${name}" to replace`,
    place: 0,
  });
}

/** Parameters that were evaluated while `.temp` and `.options` were read may hold the wrong `temper`. */
function forgetTemperature(scope: Scope): void {
  for (const binding of scope.parameters.values()) {
    if (binding.expression.type === 'number') continue;
    binding.state = 'new';
    binding.value = Number.NaN;
  }
}

function twoTerminals({ names, elements }: NamedElements): TwoTerminals {
  const { count, nodes, values, places } = elements;
  return {
    count,
    names,
    nodes: nodes.slice(0, 2 * count),
    values: values.slice(0, count),
    places: places.slice(0, count),
  };
}

/**
 * Values of the top-level parameters; one that cannot be evaluated is an error even when unused.
 * A parameter that depends on time has no value.
 */
function parameterValues({ scope, elaboration }: Frame): Record<string, number> {
  const values: Record<string, number> = {};
  for (const [name, { place, expression }] of scope.parameters) {
    const value = (): number => evaluateExpression({ type: 'name', name, place }, scope, name);
    if (isDynamic(expression, scope)) {
      const known = valueUnlessDynamic(value);
      if (known !== undefined) values[name] = known;
      continue;
    }
    attempt(elaboration, () => {
      values[name] = value();
    });
  }
  return values;
}

function valueUnlessDynamic(value: () => number): number | undefined {
  try {
    return value();
  } catch (error) {
    if (error instanceof SpinbarError) return undefined;
    throw error;
  }
}
