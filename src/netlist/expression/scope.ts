import type { PhiloxKey } from '../../numerics/philox.js';
import type { SourceText } from '../source-text.js';
import type { Expression } from './syntax.js';

/** What every scope of one elaboration shares. */
export interface EvaluationContext {
  readonly sources: readonly SourceText[];
  /** Key of the stream that gauss(), unif() ... draw from. */
  readonly randomKey: PhiloxKey;
  /** Monte Carlo trial: other trials draw other numbers. */
  readonly trial: number;
  /** `temper`, degree Celsius. */
  temperatureCelsius: number;
}

/** A parameter: its expression and the scope in which that is read; evaluated once. */
export interface ParameterBinding {
  readonly expression: Expression;
  readonly scope: Scope;
  readonly place: number;
  state: 'new' | 'evaluating' | 'done' | 'failed';
  value: number;
  /** Thrown again at each use, so that one fault is reported once. */
  failure?: Error;
  /** Depends on time, temper, a voltage or a current; found when first asked for. */
  dynamic?: boolean;
}

/** A user function of `.func` or `.param f(x)=...`. */
export interface FunctionBinding {
  readonly formals: readonly string[];
  readonly body: Expression;
  readonly scope: Scope;
}

/**
 * Names seen by the statements of one subcircuit instance (or of the top level). A name not found
 * is looked for in the scope of the instantiating circuit, as ngspice does.
 */
export interface Scope {
  /** Instance path such as `x1.x2`; empty at the top level. */
  readonly path: string;
  readonly parent: Scope | undefined;
  readonly parameters: Map<string, ParameterBinding>;
  readonly functions: Map<string, FunctionBinding>;
  readonly context: EvaluationContext;
}

export function findParameter(scope: Scope, name: string): ParameterBinding | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const binding = at.parameters.get(name);
    if (binding) return binding;
  }
  return undefined;
}

export function findFunction(scope: Scope, name: string): FunctionBinding | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const binding = at.functions.get(name);
    if (binding) return binding;
  }
  return undefined;
}

/** All names visible from a scope, for "did you mean". */
export function visibleNames(scope: Scope): readonly string[] {
  const names: string[] = [];
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    names.push(...at.parameters.keys(), ...at.functions.keys());
  }
  return names;
}
