import { curveFunctions } from '../../calibration/evaluate-curve.js';
import type { SwitchingCurve } from '../../calibration/index.js';
import {
  currentBias,
  layerMapping,
  matrixNodes,
  meanOver,
  profilePartialSums,
  staggerOf,
  type Graph,
  type LayerProfile,
  type Mapping,
  type MtjConverter,
  type Weights,
} from '../../network/index.js';
import { CERTAIN, type Estimator } from '../../training/index.js';

/** What one mapped layer looks like at the end of a training. */
export interface LayerStatistics {
  readonly layer: string;
  /** Root mean square of the converter's current, in curve widths. */
  readonly widths: number;
  /** Share of samples certain to 1 %: P below 0.01 or above 0.99. */
  readonly saturated: number;
  /** Share of conversions whose surrogate slope is over a tenth of its largest: those that learn. */
  readonly learning: number;
  /** Share of conversions by current: bins of `BIN_WIDTHS` curve widths, the outer ones with all beyond. */
  readonly currents: readonly number[];
  /** Share of weights by level, lowest first. */
  readonly levels: readonly number[];
}

export const BIN_WIDTHS = 0.5;
/** Bins reach this many widths to either side. */
export const REACH_WIDTHS = 6;

export interface StatisticsOptions {
  readonly graph: Graph;
  /** On their levels. */
  readonly weights: Weights;
  readonly mapping: Mapping;
  readonly converter: MtjConverter;
  readonly estimator: Estimator;
  /** Prepared inputs of the network. */
  readonly inputs: readonly Float32Array[];
}

/** Partial sums, slopes and weight levels of every mapped layer on some images. */
export function layerStatistics(options: StatisticsOptions): readonly LayerStatistics[] {
  const { graph, weights, mapping, converter, inputs } = options;
  return profilePartialSums({ graph, weights, mapping, converter, inputs, seed: 1 }).map(
    (profile) => ({
      layer: profile.layer,
      ...currentStatistics(profile, options),
      levels: levelShares(profile.layer, options),
    }),
  );
}

function currentStatistics(
  { layer, histogram, limit, perUnit }: LayerProfile,
  { converter, estimator }: StatisticsOptions,
): Pick<LayerStatistics, 'widths' | 'saturated' | 'learning' | 'currents'> {
  const { curve } = converter;
  const { probability } = curveFunctions(curve);
  const bias = currentBias(curve);
  const offsets = staggerOf(converter, { layer }) ?? [0];
  const learns = learningRange(curve, offsets, estimator);
  const bins = new Float64Array((2 * REACH_WIDTHS) / BIN_WIDTHS);
  let [total, squares, saturated, learning] = [0, 0, 0, 0];
  for (const [index, count] of histogram.entries()) {
    if (count === 0) continue;
    const current = (index - limit) * perUnit;
    const z = current / curve.fit.widthAmpere;
    const bin = Math.floor((z + REACH_WIDTHS) / BIN_WIDTHS);
    total += count;
    squares += count * z * z;
    for (const offset of offsets) {
      const p = probability(current + offset + bias);
      if (p < CERTAIN || p > 1 - CERTAIN) saturated += count / offsets.length;
    }
    if (learns(current)) learning += count;
    bins[Math.max(0, Math.min(bins.length - 1, bin))] += count;
  }
  return {
    widths: Math.sqrt(squares / total),
    saturated: saturated / total,
    learning: learning / total,
    currents: Array.from(bins, (count) => count / total),
  };
}

/** Whether the estimator's slope at a signal current is over a tenth of its largest. */
function learningRange(
  curve: SwitchingCurve,
  offsets: readonly number[],
  estimator: Estimator,
): (currentAmpere: number) => boolean {
  const slope = meanOver(curveFunctions(curve).slope, offsets);
  const bias = currentBias(curve);
  const peak = slope(curve.fit.centreAmpere);
  switch (estimator.kind) {
    case 'identity':
      return () => true;
    case 'straight-through':
      return (current) => Math.abs(current) <= estimator.gateWidths * curve.fit.widthAmpere;
    case 'expectation':
      return (current) => slope(current + bias) > 0.1 * peak;
    case 'scaled-expectation':
      return (current) => slope(current / estimator.widen + bias) > 0.1 * peak;
  }
}

function levelShares(layer: string, { graph, weights, mapping }: StatisticsOptions): number[] {
  const node = matrixNodes(graph).find(({ name }) => name === layer);
  const data = weights.get(node?.weights.weight ?? '')?.data ?? new Float32Array(0);
  const top = 2 ** layerMapping(mapping, layer).weightBits - 1;
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const shares = new Float64Array(top + 1);
  for (const value of data)
    shares[Math.round(((value / largest + 1) / 2) * top)] += 1 / data.length;
  return Array.from(shares);
}
