import { invalidInput } from '../errors/index.js';
import { defineCrossbar } from './define.js';
import { flatMatrix } from './matrix.js';
import { solveCrossbar } from './solve.js';
import type { CrossbarOptions, MatrixLike } from './spec.js';
import { varyConductance, type Variation, type VariationDraw } from './variation.js';

/**
 * - `differential`: two columns an output, their currents subtracted.
 * - `shared-column`: two rows an input, driven with +V and -V, subtracting in one column.
 * - `offset-column`: one column an output about the middle conductance, minus a shared column of it.
 */
export type SignScheme = 'differential' | 'shared-column' | 'offset-column';

export interface MvmOptions extends Omit<CrossbarOptions, 'conductance' | 'readout' | 'topology'> {
  /** Conductances that |weight| = largest and weight = 0 stand for (S). Defaults 1e-4 and 1e-6. */
  readonly onSiemens?: number;
  readonly offSiemens?: number;
  /** Source voltage that the largest |input| stands for (V). Default 0.1. */
  readonly readVolt?: number;
  readonly scheme?: SignScheme;
  readonly variation?: Variation;
  /** Needed with `variation`. */
  readonly draw?: VariationDraw;
}

export interface MvmResult {
  /** The product as the crossbar gives it, in the units of weights times inputs. */
  readonly result: Float64Array;
  /** The exact product. */
  readonly ideal: Float64Array;
  /** Output currents behind `result` (A). */
  readonly currents: Float64Array;
  /** result = currents / amperePerUnit. */
  readonly amperePerUnit: number;
}

/**
 * Just a matrix-vector product with physics: y = W x on a crossbar with wires, drivers, loads, cell
 * models and variation. `weights` is outputs x inputs, `inputs` one vector (or several, B x inputs).
 * Weights are scaled to the largest |weight|, inputs to the largest |input|.
 */
export function mvm(
  weights: MatrixLike,
  inputs: ArrayLike<number>,
  {
    onSiemens = 1e-4,
    offSiemens = 1e-6,
    readVolt = 0.1,
    scheme = 'differential',
    variation,
    draw,
    ...array
  }: MvmOptions = {},
): MvmResult {
  const { rows: outputs, columns: length, data } = flatMatrix(weights, 'weights');
  if (inputs.length === 0 || inputs.length % length !== 0) {
    throw invalidInput({
      code: 'crossbar.input-length',
      what: `invalid inputs: ${inputs.length} numbers for a ${outputs} x ${length} matrix`,
      mend: `Give ${length} numbers, or a multiple for several vectors.`,
    });
  }
  if (!(onSiemens > offSiemens && offSiemens >= 0)) {
    throw invalidInput({
      code: 'crossbar.cell-range',
      what: `invalid conductance range: off ${offSiemens} S, on ${onSiemens} S`,
      mend: 'Give 0 <= offSiemens < onSiemens.',
    });
  }
  const vectors = inputs.length / length;
  const weightScale = largest(data);
  const inputScale = largest(inputs);
  const layout = layouts[scheme](outputs, length);
  const swing = onSiemens - offSiemens;
  const conductance = new Float64Array(layout.rows * layout.columns).fill(offSiemens);
  layout.place(conductance, (o, i) => data[o * length + i] / weightScale, {
    low: offSiemens,
    swing,
  });
  const varied = variation ? varyConductance(conductance, variation, drawn(draw)) : conductance;
  const crossbar = defineCrossbar({
    ...array,
    conductance: { data: varied, shape: [layout.rows, layout.columns] },
    readout: layout.readout,
  });
  const volts = new Float64Array(vectors * layout.rows);
  for (let b = 0; b < vectors; b += 1) {
    for (let i = 0; i < length; i += 1) {
      const volt = (readVolt * inputs[b * length + i]) / inputScale;
      if (scheme === 'shared-column') {
        volts[b * layout.rows + 2 * i] = volt;
        volts[b * layout.rows + 2 * i + 1] = -volt;
      } else volts[b * layout.rows + i] = volt;
    }
  }
  const { outputs: currents } = solveCrossbar(crossbar, volts);
  const amperePerUnit = (readVolt * swing * layout.share) / (weightScale * inputScale);
  const ideal = new Float64Array(vectors * outputs);
  for (let k = 0; k < ideal.length; k += 1) {
    const [b, o] = [Math.floor(k / outputs), k % outputs];
    for (let i = 0; i < length; i += 1) ideal[k] += data[o * length + i] * inputs[b * length + i];
  }
  return {
    result: currents.map((current) => current / amperePerUnit),
    ideal,
    currents,
    amperePerUnit,
  };
}

const largest = (values: ArrayLike<number>): number => {
  let top = 0;
  for (let k = 0; k < values.length; k += 1) {
    if (!Number.isFinite(values[k])) {
      throw invalidInput({
        code: 'crossbar.not-finite',
        what: `invalid number at ${k}: ${values[k]}`,
        mend: 'Weights and inputs must be finite.',
      });
    }
    top = Math.max(top, Math.abs(values[k]));
  }
  return top === 0 ? 1 : top;
};

function drawn(draw: VariationDraw | undefined): VariationDraw {
  if (draw) return draw;
  throw new RangeError('invalid draw: variation needs { seed, chip }');
}

interface Layout {
  readonly rows: number;
  readonly columns: number;
  readonly readout: NonNullable<CrossbarOptions['readout']>;
  /** Output current per (readVolt, swing, scaled weight, scaled input). */
  readonly share: number;
  readonly place: (
    conductance: Float64Array,
    weight: (o: number, i: number) => number,
    cell: { readonly low: number; readonly swing: number },
  ) => void;
}

/** Where each scheme puts weight (o, i), scaled to [-1, 1]. */
const layouts: Record<SignScheme, (outputs: number, length: number) => Layout> = {
  differential: (outputs, length) => ({
    rows: length,
    columns: 2 * outputs,
    readout: { kind: 'differential', pairs: 'interleaved' },
    share: 1,
    place: (g, weight, { low, swing }) => {
      for (let i = 0; i < length; i += 1) {
        for (let o = 0; o < outputs; o += 1) {
          const at = i * 2 * outputs + 2 * o;
          g[at] = low + swing * Math.max(0, weight(o, i));
          g[at + 1] = low + swing * Math.max(0, -weight(o, i));
        }
      }
    },
  }),
  'shared-column': (outputs, length) => ({
    rows: 2 * length,
    columns: outputs,
    readout: { kind: 'columns' },
    share: 1,
    place: (g, weight, { low, swing }) => {
      for (let i = 0; i < length; i += 1) {
        for (let o = 0; o < outputs; o += 1) {
          g[2 * i * outputs + o] = low + swing * Math.max(0, weight(o, i));
          g[(2 * i + 1) * outputs + o] = low + swing * Math.max(0, -weight(o, i));
        }
      }
    },
  }),
  'offset-column': (outputs, length) => ({
    rows: length,
    columns: outputs + 1,
    readout: { kind: 'reference', column: outputs, factor: 1 },
    share: 0.5,
    place: (g, weight, { low, swing }) => {
      for (let i = 0; i < length; i += 1) {
        for (let o = 0; o < outputs; o += 1) {
          g[i * (outputs + 1) + o] = low + (swing * (1 + weight(o, i))) / 2;
        }
        g[i * (outputs + 1) + outputs] = low + swing / 2;
      }
    },
  }),
};
