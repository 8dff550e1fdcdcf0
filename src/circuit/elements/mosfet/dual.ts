/**
 * Forward automatic differentiation by the three controlling voltages of a transistor: a value with
 * its derivatives by v_gs, v_ds and v_bs (Griewank, Walther 2008, chapter 3). Model equations are
 * written once; their conductances are exact.
 */
export interface Dual {
  readonly v: number;
  readonly g: number;
  readonly d: number;
  readonly b: number;
}

export const constant = (v: number): Dual => ({ v, g: 0, d: 0, b: 0 });
export const gateVoltage = (v: number): Dual => ({ v, g: 1, d: 0, b: 0 });
export const drainVoltage = (v: number): Dual => ({ v, g: 0, d: 1, b: 0 });
export const bulkVoltage = (v: number): Dual => ({ v, g: 0, d: 0, b: 1 });

export const add = (x: Dual, y: Dual): Dual => ({
  v: x.v + y.v,
  g: x.g + y.g,
  d: x.d + y.d,
  b: x.b + y.b,
});

export const sub = (x: Dual, y: Dual): Dual => ({
  v: x.v - y.v,
  g: x.g - y.g,
  d: x.d - y.d,
  b: x.b - y.b,
});

export const mul = (x: Dual, y: Dual): Dual => ({
  v: x.v * y.v,
  g: x.g * y.v + x.v * y.g,
  d: x.d * y.v + x.v * y.d,
  b: x.b * y.v + x.v * y.b,
});

export const div = (x: Dual, y: Dual): Dual => {
  const inverse = 1 / y.v;
  const v = x.v * inverse;
  return {
    v,
    g: (x.g - v * y.g) * inverse,
    d: (x.d - v * y.d) * inverse,
    b: (x.b - v * y.b) * inverse,
  };
};

/** a x + c. */
export const affine = (x: Dual, a: number, c = 0): Dual => ({
  v: a * x.v + c,
  g: a * x.g,
  d: a * x.d,
  b: a * x.b,
});

/** A function of one argument with value `v` and derivative `slope` at x. */
export const chain = (x: Dual, v: number, slope: number): Dual => ({
  v,
  g: slope * x.g,
  d: slope * x.d,
  b: slope * x.b,
});

export const sqrt = (x: Dual): Dual => {
  const root = Math.sqrt(x.v);
  return chain(x, root, 0.5 / root);
};

export const log = (x: Dual): Dual => chain(x, Math.log(x.v), 1 / x.v);

export const exp = (x: Dual): Dual => {
  const value = Math.exp(x.v);
  return chain(x, value, value);
};

export const square = (x: Dual): Dual => chain(x, x.v * x.v, 2 * x.v);
export const cube = (x: Dual): Dual => chain(x, x.v * x.v * x.v, 3 * x.v * x.v);
export const power = (x: Dual, exponent: number): Dual => {
  const value = x.v ** exponent;
  return chain(x, value, (exponent * value) / x.v);
};

export const larger = (x: Dual, y: Dual): Dual => (x.v >= y.v ? x : y);
export const smaller = (x: Dual, y: Dual): Dual => (x.v <= y.v ? x : y);

/** ln(1 + exp(x)) without overflow. */
export const softplus = (x: Dual): Dual => {
  if (x.v > 35) return x;
  const e = Math.exp(x.v);
  return chain(x, Math.log1p(e), e / (1 + e));
};
