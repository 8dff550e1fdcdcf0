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
  const thresholds = workspace.reserve(Math.ceil((size * samples) / 2) + 1);
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
      new Uint16Array(buffer, thresholds.offset, tables.thresholds.length).set(tables.thresholds);
      workspace.f32(values).set(tables.values);
      workspace.f32(slopes).set(tables.slopes);
      tabulated = meanSquare;
    },
  };
}
