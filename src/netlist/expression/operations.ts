/**
 * The arithmetic of the language: one numbered operation per operator and function, with its value
 * and its exact partial derivatives. Numeric expressions, constant folding and behaviour tapes all
 * go through here, so they cannot disagree.
 */
export const OPERATION = {
  constant: 0,
  input: 1,
  add: 2,
  subtract: 3,
  multiply: 4,
  divide: 5,
  modulo: 6,
  power: 7,
  negate: 8,
  not: 9,
  less: 10,
  lessEqual: 11,
  greater: 12,
  greaterEqual: 13,
  equal: 14,
  notEqual: 15,
  and: 16,
  or: 17,
  select: 18,
  table: 19,
  abs: 20,
  sqrt: 21,
  exp: 22,
  log: 23,
  log10: 24,
  sin: 25,
  cos: 26,
  tan: 27,
  asin: 28,
  acos: 29,
  atan: 30,
  sinh: 31,
  cosh: 32,
  tanh: 33,
  asinh: 34,
  acosh: 35,
  atanh: 36,
  sign: 37,
  truncate: 38,
  nearest: 39,
  floor: 40,
  ceiling: 41,
  step: 42,
  ramp: 43,
  atan2: 44,
  hypot: 45,
  minimum: 46,
  maximum: 47,
  absolutePower: 48,
  signedPower: 49,
  square: 50,
  equalZero: 51,
  notEqualZero: 52,
  greaterZero: 53,
  lessZero: 54,
  greaterEqualZero: 55,
  lessEqualZero: 56,
  unitRamp: 57,
} as const;

const O = OPERATION;

/** Above this argument `exp` goes on as its tangent, so that a Newton excursion stays finite. */
const EXP_LINEAR_FROM = 600;

const safeExp = (x: number): number =>
  x > EXP_LINEAR_FROM ? Math.exp(EXP_LINEAR_FROM) * (1 + x - EXP_LINEAR_FROM) : Math.exp(x);

/**
 * x to the power y. A negative base with a fraction as exponent is raised as |x|, as in ngspice, so
 * that a Newton iterate across zero stays a number; numeric expressions refuse it beforehand.
 */
const power = (x: number, y: number): number =>
  x < 0 && !Number.isInteger(y) ? Math.abs(x) ** y : x ** y;

/** Rounds half to even: nint(2.5) = 2. */
function nearest(x: number): number {
  const floor = Math.floor(x);
  const excess = x - floor;
  if (excess !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Value of an operation; `b` and `c` are ignored where it takes fewer operands. */
export function applyOperation(operation: number, a: number, b: number, c: number): number {
  switch (operation) {
    case O.add:
      return a + b;
    case O.subtract:
      return a - b;
    case O.multiply:
      return a * b;
    case O.divide:
      return a / b;
    case O.modulo:
      return a % b;
    case O.power:
      return power(a, b);
    case O.negate:
      return -a;
    case O.not:
      return a === 0 ? 1 : 0;
    case O.less:
      return a < b ? 1 : 0;
    case O.lessEqual:
      return a <= b ? 1 : 0;
    case O.greater:
      return a > b ? 1 : 0;
    case O.greaterEqual:
      return a >= b ? 1 : 0;
    case O.equal:
      return a === b ? 1 : 0;
    case O.notEqual:
      return a !== b ? 1 : 0;
    case O.and:
      return a !== 0 && b !== 0 ? 1 : 0;
    case O.or:
      return a !== 0 || b !== 0 ? 1 : 0;
    case O.select:
      return a !== 0 ? b : c;
    case O.abs:
      return Math.abs(a);
    case O.sqrt:
      return Math.sqrt(a);
    case O.exp:
      return safeExp(a);
    case O.log:
      return Math.log(a);
    case O.log10:
      return Math.log10(a);
    case O.sin:
      return Math.sin(a);
    case O.cos:
      return Math.cos(a);
    case O.tan:
      return Math.tan(a);
    case O.asin:
      return Math.asin(a);
    case O.acos:
      return Math.acos(a);
    case O.atan:
      return Math.atan(a);
    case O.sinh:
      return Math.sinh(a);
    case O.cosh:
      return Math.cosh(a);
    case O.tanh:
      return Math.tanh(a);
    case O.asinh:
      return Math.asinh(a);
    case O.acosh:
      return Math.acosh(a);
    case O.atanh:
      return Math.atanh(a);
    case O.sign:
      return Math.sign(a);
    case O.truncate:
      return Math.trunc(a);
    case O.nearest:
      return nearest(a);
    case O.floor:
      return Math.floor(a);
    case O.ceiling:
      return Math.ceil(a);
    case O.step:
      return a > 0 ? 1 : a < 0 ? 0 : 0.5;
    case O.ramp:
      return a > 0 ? a : 0;
    case O.atan2:
      return Math.atan2(a, b);
    case O.hypot:
      return Math.hypot(a, b);
    case O.minimum:
      return Math.min(a, b);
    case O.maximum:
      return Math.max(a, b);
    case O.absolutePower:
      return Math.abs(a) ** b;
    case O.signedPower:
      return Math.sign(a) * Math.abs(a) ** b;
    case O.square:
      return a * a;
    case O.equalZero:
      return a === 0 ? 1 : 0;
    case O.notEqualZero:
      return a !== 0 ? 1 : 0;
    case O.greaterZero:
      return a > 0 ? 1 : 0;
    case O.lessZero:
      return a < 0 ? 1 : 0;
    case O.greaterEqualZero:
      return a >= 0 ? 1 : 0;
    case O.lessEqualZero:
      return a <= 0 ? 1 : 0;
    case O.unitRamp:
      return Math.max(0, Math.min(1, a));
    default:
      throw new RangeError(`operation ${operation} has no operands to apply`);
  }
}

/** Keeps the slope of sqrt, log and powers finite at 0, where a first iterate often stands. */
const TINY = 1e-30;

/**
 * Partial derivatives of an operation by its operands, written to out[0..2]; `value` is its value
 * at (a, b, c). Steps, comparisons and roundings have slope 0; kinks take the right-hand slope.
 */
export function differentiateOperation(
  operation: number,
  a: number,
  b: number,
  value: number,
  out: Float64Array,
): void {
  out[0] = 0;
  out[1] = 0;
  out[2] = 0;
  switch (operation) {
    case O.add:
      out[0] = 1;
      out[1] = 1;
      return;
    case O.subtract:
      out[0] = 1;
      out[1] = -1;
      return;
    case O.multiply:
      out[0] = b;
      out[1] = a;
      return;
    case O.divide:
      out[0] = 1 / b;
      out[1] = -value / b;
      return;
    case O.modulo:
      out[0] = 1;
      out[1] = -Math.trunc(a / b);
      return;
    case O.power:
      powerSlopes(a, b, value, a < 0 && !Number.isInteger(b) ? -1 : 1, out);
      return;
    case O.absolutePower:
      powerSlopes(Math.abs(a), b, value, a < 0 ? -1 : 1, out);
      return;
    case O.signedPower:
      powerSlopes(Math.abs(a), b, Math.abs(value), 1, out);
      out[1] *= Math.sign(a);
      return;
    case O.negate:
      out[0] = -1;
      return;
    case O.select:
      out[a !== 0 ? 1 : 2] = 1;
      return;
    case O.atan2:
      out[0] = b / Math.max(a * a + b * b, TINY);
      out[1] = -a / Math.max(a * a + b * b, TINY);
      return;
    case O.hypot:
      out[0] = a / Math.max(value, TINY);
      out[1] = b / Math.max(value, TINY);
      return;
    case O.minimum:
      out[a <= b ? 0 : 1] = 1;
      return;
    case O.maximum:
      out[a >= b ? 0 : 1] = 1;
      return;
    default:
      out[0] = slope(operation, a, value);
  }
}

function powerSlopes(x: number, y: number, value: number, sign: number, out: Float64Array): void {
  const base = Math.abs(x) < TINY && y < 1 ? TINY : x;
  out[0] = y === 0 ? 0 : sign * y * (sign < 0 ? Math.abs(base) ** (y - 1) : base ** (y - 1));
  out[1] = value * Math.log(Math.max(Math.abs(x), TINY));
}

/** Derivative of a function of one argument. */
function slope(operation: number, x: number, value: number): number {
  switch (operation) {
    case O.abs:
      return x < 0 ? -1 : 1;
    case O.sqrt:
      return 0.5 / Math.max(value, 1e-12);
    case O.exp:
      return x > EXP_LINEAR_FROM ? Math.exp(EXP_LINEAR_FROM) : value;
    case O.log:
      return 1 / Math.max(x, TINY);
    case O.log10:
      return Math.LOG10E / Math.max(x, TINY);
    case O.sin:
      return Math.cos(x);
    case O.cos:
      return -Math.sin(x);
    case O.tan:
      return 1 + value * value;
    case O.asin:
      return 1 / Math.sqrt(Math.max(1 - x * x, TINY));
    case O.acos:
      return -1 / Math.sqrt(Math.max(1 - x * x, TINY));
    case O.atan:
      return 1 / (1 + x * x);
    case O.sinh:
      return Math.cosh(x);
    case O.cosh:
      return Math.sinh(x);
    case O.tanh:
      return 1 - value * value;
    case O.asinh:
      return 1 / Math.hypot(x, 1);
    case O.acosh:
      return 1 / Math.sqrt(Math.max(x * x - 1, TINY));
    case O.atanh:
      return 1 / Math.max(1 - x * x, TINY);
    case O.ramp:
      return x > 0 ? 1 : 0;
    case O.square:
      return 2 * x;
    case O.unitRamp:
      return x > 0 && x < 1 ? 1 : 0;
    default:
      return 0;
  }
}
