import { didYouMean } from '../../units/index.js';
import { netlistError } from '../problem.js';
import { BUILT_IN_FUNCTIONS, CONSTANTS, RANDOM_FUNCTIONS } from './functions.js';
import { applyOperation, OPERATION } from './operations.js';
import { drawRandom, type RandomOwner } from './random.js';
import {
  findFunction,
  findParameter,
  visibleNames,
  type ParameterBinding,
  type Scope,
} from './scope.js';
import type {
  BinaryExpression,
  BinaryOperator,
  CallExpression,
  Expression,
  NameExpression,
} from './syntax.js';

/** Operation of each binary operator. */
export const BINARY_OPERATION: Readonly<Record<BinaryOperator, number>> = {
  '+': OPERATION.add,
  '-': OPERATION.subtract,
  '*': OPERATION.multiply,
  '/': OPERATION.divide,
  '%': OPERATION.modulo,
  '**': OPERATION.power,
  '<': OPERATION.less,
  '<=': OPERATION.lessEqual,
  '>': OPERATION.greater,
  '>=': OPERATION.greaterEqual,
  '==': OPERATION.equal,
  '!=': OPERATION.notEqual,
  '&&': OPERATION.and,
  '||': OPERATION.or,
};

/** One evaluation: names of function arguments come first, then the scope. */
interface Frame {
  readonly scope: Scope;
  readonly locals: ReadonlyMap<string, number> | undefined;
  readonly owner: RandomOwner;
  readonly callDepth: number;
}

const DEEPEST_CALL = 60;

/**
 * Number of an expression in a scope. `owner` names what is being evaluated, such as `x1.rload`:
 * random functions draw by it. Throws a SpinbarError for an unknown name, a cycle, a division by
 * zero, and for voltages or time where a number is needed.
 */
export function evaluateExpression(expression: Expression, scope: Scope, owner: string): number {
  if (expression.type === 'number') return expression.value;
  return evaluate(expression, {
    scope,
    locals: undefined,
    owner: { name: owner, occurrence: 0 },
    callDepth: 0,
  });
}

function evaluate(expression: Expression, frame: Frame): number {
  switch (expression.type) {
    case 'number':
      return expression.value;
    case 'name':
      return frame.locals?.get(expression.name) ?? evaluateName(expression, frame.scope);
    case 'unary': {
      const operand = evaluate(expression.operand, frame);
      return expression.operator === '-' ? -operand : operand === 0 ? 1 : 0;
    }
    case 'binary':
      return evaluateBinary(expression, frame);
    case 'conditional':
      return evaluate(expression.condition, frame) !== 0
        ? evaluate(expression.whenTrue, frame)
        : evaluate(expression.whenFalse, frame);
    case 'call':
      return evaluateCall(expression, frame);
    case 'table':
      return interpolate(
        expression.points.map((point) => evaluate(point, frame)),
        evaluate(expression.input, frame),
        expression.extrapolate,
      );
    default:
      throw netlistError(frame.scope.context.sources, {
        code: 'not-a-number',
        what: 'a voltage or current cannot be used here',
        place: expression.place,
        why: 'this value must be known before the circuit is solved',
        mend: 'use a B source, or an expression as value of R, C, E or G',
      });
  }
}

function evaluateName({ name, place }: NameExpression, scope: Scope): number {
  const { context } = scope;
  const binding = findParameter(scope, name);
  if (binding) {
    if (binding.state === 'done') return binding.value;
    if (binding.state === 'evaluating') {
      throw netlistError(context.sources, {
        code: 'parameter-cycle',
        what: `parameter "${name}" refers to itself`,
        place: binding.place,
        length: name.length,
        mend: 'break the circle of parameters, or rename one of them',
      });
    }
    if (binding.state === 'failed') throw binding.failure as Error;
    return evaluateParameter(name, binding);
  }
  if (name === 'temper') return context.temperatureCelsius;
  const constant = CONSTANTS.get(name);
  if (constant !== undefined) return constant;
  const near = didYouMean(name, visibleNames(scope));
  const timeDependent = name === 'time' || name === 'hertz' || name === 'freq';
  throw netlistError(context.sources, {
    code: timeDependent ? 'not-a-number' : 'unknown-parameter',
    what: timeDependent ? `"${name}" cannot be used here` : `parameter "${name}" is not defined`,
    place,
    length: name.length,
    mend: timeDependent
      ? 'use a B source'
      : near === undefined
        ? `define it: .param ${name}=...`
        : `did you mean "${near}"?`,
  });
}

function evaluateParameter(name: string, binding: ParameterBinding): number {
  const { scope, expression, place } = binding;
  binding.state = 'evaluating';
  try {
    const owner = scope.path === '' ? name : `${scope.path}.${name}`;
    const value = evaluateExpression(expression, scope, owner);
    checkFinite(value, `parameter "${name}"`, place, name.length, scope);
    binding.value = value;
    binding.state = 'done';
    return value;
  } catch (error) {
    binding.state = 'failed';
    binding.failure = error as Error;
    throw error;
  }
}

function evaluateBinary({ operator, left, right, place }: BinaryExpression, frame: Frame): number {
  const a = evaluate(left, frame);
  const b = evaluate(right, frame);
  if ((operator === '/' || operator === '%') && b === 0) {
    throw netlistError(frame.scope.context.sources, {
      code: 'division-by-zero',
      what: 'division by zero',
      place,
    });
  }
  if (operator === '**') checkPower(a, b, place, frame.scope);
  return applyOperation(BINARY_OPERATION[operator], a, b, 0);
}

function checkPower(a: number, b: number, place: number, scope: Scope): void {
  if (a < 0 && !Number.isInteger(b)) {
    throw netlistError(scope.context.sources, {
      code: 'not-finite',
      what: `${a} to the power ${b} is not a real number`,
      place,
      mend: 'use pwr(x,y) for |x|^y or pwrs(x,y) for sgn(x)|x|^y',
    });
  }
}

function evaluateCall(call: CallExpression, frame: Frame): number {
  const { name, place } = call;
  const { scope } = frame;
  const user = findFunction(scope, name);
  if (user) {
    checkArity(call, user.formals.length, user.formals.length, scope);
    if (frame.callDepth >= DEEPEST_CALL) {
      throw netlistError(scope.context.sources, {
        code: 'function-recursion',
        what: `function "${name}" calls itself without end`,
        place,
        length: name.length,
      });
    }
    const values = call.arguments.map((argument) => evaluate(argument, frame));
    return evaluate(user.body, {
      scope: user.scope,
      locals: new Map(user.formals.map((formal, k) => [formal, values[k]])),
      owner: frame.owner,
      callDepth: frame.callDepth + 1,
    });
  }
  const random = RANDOM_FUNCTIONS.get(name);
  if (random && !(name === 'limit' && call.arguments.length === 3)) {
    checkArity(call, random.fewest, random.most, scope);
    const values = call.arguments.map((argument) => evaluate(argument, frame));
    return drawRandom(name, values, scope.context, frame.owner);
  }
  if (name === 'if' && call.arguments.length === 3) {
    const [condition, whenTrue, whenFalse] = call.arguments;
    return evaluate(evaluate(condition, frame) !== 0 ? whenTrue : whenFalse, frame);
  }
  const values = call.arguments.map((argument) => evaluate(argument, frame));
  const value = applyBuiltIn(call, values, scope);
  checkFinite(value, `${name}(${values.join(', ')})`, place, name.length, scope);
  return value;
}

function applyBuiltIn(call: CallExpression, values: readonly number[], scope: Scope): number {
  const { name, place } = call;
  if (name === 'limit') {
    const [x, low, high] = values;
    return Math.max(Math.min(low, high), Math.min(Math.max(low, high), x));
  }
  if (name === 'pow') checkPower(values[0], values[1], place, scope);
  const builtIn = builtInFunction(call, scope);
  return values.length === 1
    ? applyOperation(
        builtIn.most > 2 ? OPERATION.maximum : builtIn.operation,
        values[0],
        values[0],
        0,
      )
    : values.length === 3 && builtIn.operation === OPERATION.select
      ? applyOperation(OPERATION.select, values[0], values[1], values[2])
      : values.reduce((a, b) => applyOperation(builtIn.operation, a, b, 0));
}

/** The built-in function a call means; throws when it is unknown or has the wrong arguments. */
export function builtInFunction(call: CallExpression, scope: Scope) {
  const builtIn = BUILT_IN_FUNCTIONS.get(call.name);
  if (!builtIn) {
    const known = [
      ...BUILT_IN_FUNCTIONS.keys(),
      ...RANDOM_FUNCTIONS.keys(),
      ...visibleNames(scope),
    ];
    const near = didYouMean(call.name, known);
    const integral = call.name === 'ddt' || call.name === 'sdt' || call.name === 'idt';
    throw netlistError(scope.context.sources, {
      code: 'unknown-function',
      what: `function "${call.name}" is not defined`,
      place: call.place,
      length: call.name.length,
      mend: integral
        ? 'build derivatives and integrals with a capacitor or inductor'
        : near === undefined
          ? `define it: .func ${call.name}(x) {...}`
          : `did you mean "${near}"?`,
    });
  }
  checkArity(call, builtIn.fewest, builtIn.most, scope);
  return builtIn;
}

export function checkArity(call: CallExpression, fewest: number, most: number, scope: Scope): void {
  const given = call.arguments.length;
  if (given >= fewest && given <= most) return;
  throw netlistError(scope.context.sources, {
    code: 'argument-count',
    what: `${call.name}() takes ${fewest} argument${fewest === 1 ? '' : 's'}, ${given} given`,
    place: call.place,
    length: call.name.length,
  });
}

function checkFinite(value: number, what: string, place: number, length: number, scope: Scope) {
  if (Number.isFinite(value)) return;
  throw netlistError(scope.context.sources, {
    code: 'not-finite',
    what: `${what} is ${Number.isNaN(value) ? 'not a number' : 'infinite'}`,
    place,
    length,
  });
}

/** Piecewise linear through x, y pairs with ascending x; constant outside. */
export function interpolate(points: readonly number[], x: number, extrapolate = false): number {
  const last = points.length - 2;
  const inner = extrapolate && last > 0;
  if (x <= points[0] && !inner) return points[1];
  if (x >= points[last] && !inner) return points[last + 1];
  let k = 0;
  while (points[k + 2] < x && k + 2 < last) k += 2;
  const span = points[k + 2] - points[k];
  return span === 0
    ? points[k + 3]
    : points[k + 1] + ((x - points[k]) / span) * (points[k + 3] - points[k + 1]);
}
