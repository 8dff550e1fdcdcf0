import type { BehaviourInput } from './behaviour.js';
import { findFunction, findParameter, type ParameterBinding, type Scope } from './scope.js';
import { childrenOf, type Expression } from './syntax.js';

/** Names that are quantities of the simulation unless a parameter hides them. */
export const INPUT_NAMES: ReadonlyMap<string, BehaviourInput> = new Map([
  ['time', { kind: 'time' }],
  ['temper', { kind: 'temperature' }],
  ['hertz', { kind: 'frequency' }],
  ['freq', { kind: 'frequency' }],
]);

const DEEPEST_CALL = 60;

/** True when the expression depends on time, temper, a voltage or a current. */
export function isDynamic(expression: Expression, scope: Scope, depth = 0): boolean {
  switch (expression.type) {
    case 'number':
      return false;
    case 'probe':
    case 'device-quantity':
      return true;
    case 'name': {
      const binding = findParameter(scope, expression.name);
      return binding ? isDynamicParameter(binding, depth) : INPUT_NAMES.has(expression.name);
    }
    case 'call': {
      const user = depth < DEEPEST_CALL ? findFunction(scope, expression.name) : undefined;
      if (user && isDynamicBody(user.body, user.formals, user.scope, depth + 1)) return true;
      return expression.arguments.some((argument) => isDynamic(argument, scope, depth));
    }
    default:
      return childrenOf(expression).some((child) => isDynamic(child, scope, depth));
  }
}

/** As `isDynamic`, for a parameter; found once. */
export function isDynamicParameter(binding: ParameterBinding, depth: number): boolean {
  if (binding.state === 'done' && binding.dynamic !== undefined) return binding.dynamic;
  if (depth > DEEPEST_CALL) return false;
  binding.dynamic ??= isDynamic(binding.expression, binding.scope, depth + 1);
  return binding.dynamic;
}

function isDynamicBody(
  body: Expression,
  formals: readonly string[],
  scope: Scope,
  depth: number,
): boolean {
  if (body.type === 'name' && formals.includes(body.name)) return false;
  if (body.type === 'name' || body.type === 'call') {
    const own = body.type === 'call' ? body.arguments : [];
    const bare = body.type === 'call' ? { ...body, arguments: [] } : body;
    return (
      isDynamic(bare, scope, depth) ||
      own.some((argument) => isDynamicBody(argument, formals, scope, depth))
    );
  }
  return body.type === 'probe' || body.type === 'device-quantity'
    ? true
    : childrenOf(body).some((child) => isDynamicBody(child, formals, scope, depth));
}
