import { netlistError } from '../problem.js';
import type { Behaviour, BehaviourInput } from './behaviour.js';
import {
  BINARY_OPERATION,
  builtInFunction,
  checkArity,
  evaluateExpression,
  interpolate,
} from './evaluate.js';
import { INPUT_NAMES, isDynamicParameter } from './dynamic.js';
import { RANDOM_FUNCTIONS } from './functions.js';
import { applyOperation, OPERATION } from './operations.js';
import { findFunction, findParameter, type Scope } from './scope.js';
import {
  childrenOf,
  type CallExpression,
  type DeviceQuantityExpression,
  type Expression,
  type ProbeExpression,
  type TableExpression,
} from './syntax.js';

/** Turns names in an expression into inputs with node indices and flat device names. */
export type ProbeResolver = (
  probe: ProbeExpression | DeviceQuantityExpression,
  scope: Scope,
) => BehaviourInput;

interface Tape {
  readonly inputs: BehaviourInput[];
  readonly operations: number[];
  readonly left: number[];
  readonly right: number[];
  readonly third: number[];
  readonly constants: number[];
  readonly tables: Behaviour['tables'][number][];
  /** Equal instructions are entered once. */
  readonly known: Map<string, number>;
  readonly resolve: ProbeResolver;
  readonly owner: string;
}

type Locals = ReadonlyMap<string, number> | undefined;

const DEEPEST_CALL = 60;
const LONGEST_TAPE = 200_000;

/**
 * Flattens an expression into a tape: parameters become constants, user functions are expanded,
 * constants folded, equal subexpressions shared. `owner` names the device for random functions.
 */
export function buildBehaviour(
  expression: Expression,
  scope: Scope,
  options: {
    readonly resolve: ProbeResolver;
    readonly owner: string;
    readonly text: string;
  },
): Behaviour {
  const tape: Tape = {
    inputs: [],
    operations: [],
    left: [],
    right: [],
    third: [],
    constants: [],
    tables: [],
    known: new Map(),
    resolve: options.resolve,
    owner: options.owner,
  };
  const result = emit(tape, expression, scope, undefined, 0);
  return { ...compact(tape, result), text: options.text };
}

/** Keeps the instructions that the result needs; the result then is the last of them. */
function compact(tape: Tape, result: number): Omit<Behaviour, 'text'> {
  const isOperand = (k: number): boolean =>
    tape.operations[k] !== OPERATION.constant && tape.operations[k] !== OPERATION.input;
  const needed = new Uint8Array(result + 1);
  needed[result] = 1;
  for (let k = result; k >= 0; k -= 1) {
    if (needed[k] === 0 || !isOperand(k)) continue;
    needed[tape.left[k]] = 1;
    if (tape.operations[k] === OPERATION.table) continue;
    needed[tape.right[k]] = 1;
    needed[tape.third[k]] = 1;
  }
  const moved = new Int32Array(result + 1);
  const kept: number[] = [];
  for (let k = 0; k <= result; k += 1) if (needed[k] === 1) moved[k] = kept.push(k) - 1;
  const usedInputs = kept.filter((k) => tape.operations[k] === OPERATION.input);
  const inputIndex = new Map(usedInputs.map((k, index) => [tape.left[k], index]));
  const isTable = (k: number): boolean => tape.operations[k] === OPERATION.table;
  return {
    inputs: usedInputs.map((k) => tape.inputs[tape.left[k]]),
    operations: kept.map((k) => tape.operations[k]),
    left: kept.map((k) =>
      isOperand(k)
        ? moved[tape.left[k]]
        : tape.operations[k] === OPERATION.input
          ? (inputIndex.get(tape.left[k]) ?? 0)
          : 0,
    ),
    right: kept.map((k) => (isTable(k) ? tape.right[k] : isOperand(k) ? moved[tape.right[k]] : 0)),
    third: kept.map((k) => (isOperand(k) && !isTable(k) ? moved[tape.third[k]] : 0)),
    constants: kept.map((k) => tape.constants[k]),
    tables: tape.tables,
  };
}

function emit(
  tape: Tape,
  expression: Expression,
  scope: Scope,
  locals: Locals,
  depth: number,
): number {
  switch (expression.type) {
    case 'number':
      return pushConstant(tape, expression.value);
    case 'name':
      return emitName(tape, expression, scope, locals, depth);
    case 'unary': {
      const operation = expression.operator === '-' ? OPERATION.negate : OPERATION.not;
      return push(tape, operation, emit(tape, expression.operand, scope, locals, depth));
    }
    case 'binary': {
      const left = emit(tape, expression.left, scope, locals, depth);
      const right = emit(tape, expression.right, scope, locals, depth);
      if (expression.operator === '**' && constantAt(tape, right) === 2) {
        return push(tape, OPERATION.square, left);
      }
      return push(tape, BINARY_OPERATION[expression.operator], left, right);
    }
    case 'conditional': {
      const parts = childrenOf(expression).map((part) => emit(tape, part, scope, locals, depth));
      return push(tape, OPERATION.select, parts[0], parts[1], parts[2]);
    }
    case 'call':
      return emitCall(tape, expression, scope, locals, depth);
    case 'table':
      return emitTable(tape, expression, scope, locals, depth);
    default:
      return pushInput(tape, tape.resolve(expression, scope));
  }
}

function emitName(
  tape: Tape,
  expression: Expression & { type: 'name' },
  scope: Scope,
  locals: Locals,
  depth: number,
): number {
  const local = locals?.get(expression.name);
  if (local !== undefined) return local;
  const binding = findParameter(scope, expression.name);
  if (binding && isDynamicParameter(binding, 0) && depth < DEEPEST_CALL) {
    return emit(tape, binding.expression, binding.scope, undefined, depth + 1);
  }
  const input = binding ? undefined : INPUT_NAMES.get(expression.name);
  if (input) return pushInput(tape, input);
  return pushConstant(tape, evaluateExpression(expression, scope, tape.owner));
}

function emitCall(
  tape: Tape,
  call: CallExpression,
  scope: Scope,
  locals: Locals,
  depth: number,
): number {
  const { name, place } = call;
  const user = findFunction(scope, name);
  const random =
    !user && RANDOM_FUNCTIONS.has(name) && !(name === 'limit' && call.arguments.length === 3);
  if (random) return pushConstant(tape, evaluateExpression(call, scope, tape.owner));
  const parts = call.arguments.map((argument) => emit(tape, argument, scope, locals, depth));
  if (user) {
    checkArity(call, user.formals.length, user.formals.length, scope);
    if (depth >= DEEPEST_CALL || tape.operations.length > LONGEST_TAPE) {
      throw netlistError(scope.context.sources, {
        code: 'function-recursion',
        what: `function "${name}" calls itself without end`,
        place,
        length: name.length,
      });
    }
    const inner = new Map(user.formals.map((formal, k) => [formal, parts[k]]));
    return emit(tape, user.body, user.scope, inner, depth + 1);
  }
  if (name === 'limit') {
    const low = push(tape, OPERATION.minimum, parts[1], parts[2]);
    const high = push(tape, OPERATION.maximum, parts[1], parts[2]);
    return push(tape, OPERATION.maximum, low, push(tape, OPERATION.minimum, high, parts[0]));
  }
  const { operation, most } = builtInFunction(call, scope);
  if (operation === OPERATION.select) return push(tape, operation, parts[0], parts[1], parts[2]);
  if (parts.length === 1) return most > 2 ? parts[0] : push(tape, operation, parts[0]);
  return parts.reduce((a, b) => push(tape, operation, a, b));
}

function emitTable(
  tape: Tape,
  { input, points, place, extrapolate = false }: TableExpression,
  scope: Scope,
  locals: Locals,
  depth: number,
): number {
  const numbers = points.map((point) => evaluateExpression(point, scope, tape.owner));
  const x = numbers.filter((_, k) => k % 2 === 0);
  const y = numbers.filter((_, k) => k % 2 === 1);
  const unordered = x.findIndex((value, k) => k > 0 && value < x[k - 1]);
  if (x.length !== y.length || unordered > 0) {
    throw netlistError(scope.context.sources, {
      code: 'table',
      what:
        x.length === y.length
          ? `the x values of the table must ascend: ${x[unordered]} follows ${x[unordered - 1]}`
          : 'a table needs pairs of x and y',
      place,
    });
  }
  const argument = emit(tape, input, scope, locals, depth);
  const constant = constantAt(tape, argument);
  if (constant !== undefined)
    return pushConstant(tape, interpolate(numbers, constant, extrapolate));
  tape.tables.push({ x, y, extrapolate });
  return append(tape, OPERATION.table, argument, tape.tables.length - 1, 0, 0);
}

const constantAt = (tape: Tape, index: number): number | undefined =>
  tape.operations[index] === OPERATION.constant ? tape.constants[index] : undefined;

function push(tape: Tape, operation: number, a: number, b = a, c = a): number {
  const x = constantAt(tape, a);
  const y = constantAt(tape, b);
  const z = constantAt(tape, c);
  if (x !== undefined && y !== undefined && z !== undefined) {
    return pushConstant(tape, applyOperation(operation, x, y, z));
  }
  return share(tape, `${operation}:${a}:${b}:${c}`, () => append(tape, operation, a, b, c, 0));
}

const pushConstant = (tape: Tape, value: number): number =>
  share(tape, `=${Object.is(value, -0) ? '-0' : value}`, () =>
    append(tape, OPERATION.constant, 0, 0, 0, value),
  );

function pushInput(tape: Tape, input: BehaviourInput): number {
  return share(tape, JSON.stringify(input), () => {
    tape.inputs.push(input);
    return append(tape, OPERATION.input, tape.inputs.length - 1, 0, 0, 0);
  });
}

function share(tape: Tape, key: string, make: () => number): number {
  const known = tape.known.get(key);
  if (known !== undefined) return known;
  const made = make();
  tape.known.set(key, made);
  return made;
}

function append(tape: Tape, operation: number, a: number, b: number, c: number, constant: number) {
  tape.operations.push(operation);
  tape.left.push(a);
  tape.right.push(b);
  tape.third.push(c);
  tape.constants.push(constant);
  return tape.operations.length - 1;
}
