/**
 * What a cell does with a voltage. The crossbar's `conductance` is the cell's conductance at zero bias
 * (of the memory element, where a transistor is in series). All models are odd and increasing in V.
 */
export type CellModel = LinearCell | SinhCell | MtjCell | TransistorCell;

/** I = G V. */
export interface LinearCell {
  readonly kind: 'linear';
}

/** I = G V0 sinh(V / V0): tunnelling and filamentary cells (Pickett et al., J. Appl. Phys. 106, 074508, 2009). */
export interface SinhCell {
  readonly kind: 'sinh';
  /** V0 (V). */
  readonly voltageScale: number;
}

/**
 * Magnetic tunnel junction: G(V) = Gp (1 - a + a / (1 + TMR(V))), TMR(V) = TMR0 / (1 + V^2 / Vh^2), where
 * the antiparallel share a in [0, 1] follows from the zero-bias conductance: linear in cos(theta)
 * (Slonczewski, Phys. Rev. B 39, 6995, 1989; bias dependence as in PHYSICS section 1).
 */
export interface MtjCell {
  readonly kind: 'mtj';
  /** Gp, conductance of the parallel state (S); all cells lie in [Gp / (1 + TMR0), Gp]. */
  readonly parallelSiemens: number;
  /** TMR0 at zero bias, as a ratio. */
  readonly tmr: number;
  /** Vh, bias at which TMR has halved (V). */
  readonly halfVoltage: number;
}

/**
 * 1T1R: a linear memory element in series with a transistor of fixed overdrive (its source close to the
 * virtual ground of the bit line): I_D = k (Vov u - u^2/2) + g_o u in triode, k Vov^2/2 + g_o u beyond
 * u = Vov (Shichman, Hodges, IEEE J. Solid-State Circuits 3, 285, 1968).
 */
export interface TransistorCell {
  readonly kind: '1t1r';
  /** k Vov at full gate drive: on-conductance at small voltage (S). */
  readonly onSiemens: number;
  /** Vov at full gate drive (V). */
  readonly overdrive: number;
  /** g_o: output conductance, and leakage when off (S). */
  readonly outputSiemens: number;
}

/** Fills current (A) and slope dI/dV (S) of cells with zero-bias conductance `g` at voltages `v`. */
export function evaluateCells(
  model: CellModel,
  g: Float64Array,
  gate: Float64Array | undefined,
  columns: number,
  v: Float64Array,
  current: Float64Array,
  slope: Float64Array,
): void {
  const law = cellLaw(model);
  const out: [number, number] = [0, 0];
  for (let k = 0; k < g.length; k += 1) {
    law(g[k], gate ? gate[Math.floor(k / columns)] : 1, v[k], out);
    current[k] = out[0];
    slope[k] = out[1];
  }
}

type CellLaw = (g: number, gate: number, v: number, out: [number, number]) => void;

function cellLaw(model: CellModel): CellLaw {
  switch (model.kind) {
    case 'linear':
      return (g, gate, v, out) => {
        out[0] = g * gate * v;
        out[1] = g * gate;
      };
    case 'sinh':
      return (g, gate, v, out) => {
        const u = v / model.voltageScale;
        out[0] = g * gate * model.voltageScale * Math.sinh(u);
        out[1] = g * gate * Math.cosh(u);
      };
    case 'mtj':
      return mtjLaw(model);
    case '1t1r':
      return transistorLaw(model);
  }
}

function mtjLaw({ parallelSiemens, tmr, halfVoltage }: MtjCell): CellLaw {
  const antiparallel = parallelSiemens / (1 + tmr);
  return (g, gate, v, out) => {
    // An open cell is no junction at all.
    if (g === 0) {
      out[0] = 0;
      out[1] = 0;
      return;
    }
    const share = (parallelSiemens - g) / (parallelSiemens - antiparallel);
    const s = (v / halfVoltage) ** 2;
    const ratio = (1 + s) / (1 + s + tmr);
    const conductance = gate * parallelSiemens * (1 - share + share * ratio);
    out[0] = conductance * v;
    out[1] = conductance + (gate * parallelSiemens * share * 2 * s * tmr) / (1 + s + tmr) ** 2;
  };
}

function transistorLaw({ onSiemens, overdrive, outputSiemens }: TransistorCell): CellLaw {
  const k = onSiemens / overdrive;
  return (g, gate, v, out) => {
    const own = overdrive * gate;
    const magnitude = Math.abs(v);
    // Triode: k u^2/2 - (k Vov + g_o + g) u + g V = 0, the smaller root without cancellation.
    const linear = k * own + outputSiemens + g;
    const root = linear * linear - 2 * k * g * magnitude;
    let u = root >= 0 && g > 0 ? (2 * g * magnitude) / (linear + Math.sqrt(root)) : Infinity;
    if (g === 0) u = 0;
    let transistorSlope = k * (own - u) + outputSiemens;
    if (u > own) {
      u = (g * magnitude - (k * own * own) / 2) / (g + outputSiemens);
      transistorSlope = outputSiemens;
    }
    out[0] = Math.sign(v) * g * (magnitude - u);
    const total = g + transistorSlope;
    out[1] = total > 0 ? (g * transistorSlope) / total : 0;
  };
}

/**
 * Where to linearise next when Newton asks for `v` after `previous`: exponential cells are limited to the
 * voltage at which they carry the current that their last linearisation promised.
 */
export function limitVoltage(
  model: CellModel,
  g: number,
  previous: number,
  current: number,
  slope: number,
  v: number,
): number {
  if (model.kind !== 'sinh' || g === 0 || Math.abs(v) <= Math.abs(previous)) return v;
  const promised = current + slope * (v - previous);
  return model.voltageScale * Math.asinh(promised / (g * model.voltageScale));
}
