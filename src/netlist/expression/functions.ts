import { OPERATION as O } from './operations.js';

/** A built-in function: its operation, or a way to fold several arguments into operations. */
export interface BuiltInFunction {
  readonly operation: number;
  readonly fewest: number;
  /** More arguments than two are folded from the left (min, max). */
  readonly most: number;
}

const unary = (operation: number): BuiltInFunction => ({ operation, fewest: 1, most: 1 });
const binary = (operation: number): BuiltInFunction => ({ operation, fewest: 2, most: 2 });
const folded = (operation: number): BuiltInFunction => ({ operation, fewest: 1, most: 255 });

/** Built-in functions by lower-case name. `log` is the natural logarithm, as in ngspice. */
export const BUILT_IN_FUNCTIONS: ReadonlyMap<string, BuiltInFunction> = new Map(
  Object.entries({
    abs: unary(O.abs),
    m: unary(O.abs),
    sqrt: unary(O.sqrt),
    exp: unary(O.exp),
    log: unary(O.log),
    ln: unary(O.log),
    log10: unary(O.log10),
    sin: unary(O.sin),
    cos: unary(O.cos),
    tan: unary(O.tan),
    asin: unary(O.asin),
    acos: unary(O.acos),
    atan: unary(O.atan),
    arctan: unary(O.atan),
    sinh: unary(O.sinh),
    cosh: unary(O.cosh),
    tanh: unary(O.tanh),
    asinh: unary(O.asinh),
    acosh: unary(O.acosh),
    atanh: unary(O.atanh),
    sgn: unary(O.sign),
    sign: unary(O.sign),
    int: unary(O.truncate),
    trunc: unary(O.truncate),
    nint: unary(O.nearest),
    round: unary(O.nearest),
    floor: unary(O.floor),
    ceil: unary(O.ceiling),
    u: unary(O.step),
    stp: unary(O.step),
    uramp: unary(O.ramp),
    u2: unary(O.unitRamp),
    square: unary(O.square),
    not: unary(O.not),
    eq0: unary(O.equalZero),
    ne0: unary(O.notEqualZero),
    gt0: unary(O.greaterZero),
    lt0: unary(O.lessZero),
    ge0: unary(O.greaterEqualZero),
    le0: unary(O.lessEqualZero),
    atan2: binary(O.atan2),
    hypot: binary(O.hypot),
    pow: binary(O.power),
    pwr: binary(O.absolutePower),
    pwrs: binary(O.signedPower),
    mod: binary(O.modulo),
    fmod: binary(O.modulo),
    min: folded(O.minimum),
    max: folded(O.maximum),
    if: { operation: O.select, fewest: 3, most: 3 },
    ternary_fcn: { operation: O.select, fewest: 3, most: 3 },
  }),
);

/** Functions drawn from the seeded streams when a parameter is evaluated. */
export const RANDOM_FUNCTIONS: ReadonlyMap<string, { fewest: number; most: number }> = new Map([
  ['gauss', { fewest: 3, most: 3 }],
  ['agauss', { fewest: 3, most: 3 }],
  ['unif', { fewest: 2, most: 2 }],
  ['aunif', { fewest: 2, most: 2 }],
  ['limit', { fewest: 2, most: 2 }],
]);

/** Names with a fixed value. */
export const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
  ['true', 1],
  ['false', 0],
  ['yes', 1],
  ['no', 0],
]);
