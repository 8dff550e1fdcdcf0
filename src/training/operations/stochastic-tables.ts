import { argumentPerDigit, transferOf } from '../../network/transfer.js';
import { layerGain } from '../gain.js';
import { conversionTables } from '../surrogate.js';
import type { Slot, Workspace } from '../workspace.js';
import {
  drawnSamples,
  type StochasticLayout,
  type StochasticOptions,
} from './stochastic-layout.js';

/** A layer's conversion tables in the workspace, indexed by PS + span. */
export interface TableSlots {
  readonly thresholds: Slot;
  readonly values: Slot;
  readonly slopes: Slot;
  /** 0 when `values` decides. */
  readonly samples: number;
  /** Brings the tables to the gain that this mean square of partial sums asks for. */
  update(meanSquare: number): void;
}

export function tableSlots(
  workspace: Workspace,
  options: StochasticOptions,
  { span }: StochasticLayout,
): TableSlots {
  const { name, mapping, cell, converter, estimator } = options;
  const samples = drawnSamples(options);
  const size = 2 * span + 1;
  const stride = thresholdStride(samples);
  const thresholds = workspace.reserve(Math.ceil((size * stride) / 2) + 1);
  const values = workspace.reserve(size);
  const slopes = workspace.reserve(size);
  let tabulated = NaN;
  return {
    thresholds,
    values,
    slopes,
    samples,
    update(meanSquare) {
      if (meanSquare === tabulated) return;
      const { gain, widthsPerDigit } = layerGain(options, meanSquare);
      const context = {
        layer: name,
        mapping: { ...mapping, gain },
        cell,
        cellShare: 1 / (2 ** mapping.bitsPerSlice - 1),
        largestPartialSum: span,
        topSlice: false,
      };
      const law = {
        transfer: transferOf(converter, context),
        argumentPerDigit: argumentPerDigit(converter, context),
        bias: typeof mapping.biasRow === 'number' ? mapping.biasRow : 0,
        widthsPerDigit,
      };
      const tables = conversionTables(law, span, estimator);
      const { buffer } = workspace.kernels.memory;
      const target = new Uint16Array(buffer, thresholds.offset, size * stride);
      if (stride === samples) target.set(tables.thresholds);
      else spread(tables.thresholds, samples, target, stride);
      workspace.f32(values).set(tables.values);
      workspace.f32(slopes).set(tables.slopes);
      tabulated = meanSquare;
    },
  };
}

/** 16-bit thresholds an entry: whole vectors of 8, filled up with what no draw reaches. */
const thresholdStride = (samples: number): number =>
  samples < 2 ? samples : Math.ceil(samples / 8) * 8;

const UNREACHED = 65535;

function spread(from: Uint16Array, samples: number, to: Uint16Array, stride: number): void {
  to.fill(UNREACHED);
  for (let entry = 0; entry * samples < from.length; entry += 1)
    for (let k = 0; k < samples; k += 1) to[entry * stride + k] = from[entry * samples + k];
}
