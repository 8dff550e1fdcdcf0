import { isMapped, matrixNodes, type Graph, type Mapping } from '../network/index.js';
import { entryOf, type ParameterTable } from './parameters.js';

/**
 * Weights standardised per output (Qiao et al., arXiv:1903.10520; Qin et al., CVPR 2020, equation 4): each
 * output's weights less their mean, by their standard deviation. Every column of an array then uses its
 * converter alike with one gain for the whole layer, which a current mirror realises; the scale that is
 * lost belongs to the batch normalisation behind it.
 */
export interface Standardised {
  /** (outputs x rows): zero mean and unit variance for every output. */
  readonly weights: Float32Array;
  /** 1 / standard deviation of every output; 0 where all its weights are equal. */
  readonly inverses: Float32Array;
}

/** Of weights (outputs x rows). Training steps make the same (kernels/training-weights.as.ts). */
export function standardiseWeights(natural: Float32Array, outputs: number): Standardised {
  const rows = natural.length / outputs;
  const weights = new Float32Array(natural.length);
  const inverses = new Float32Array(outputs);
  for (let m = 0; m < outputs; m += 1) {
    const own = natural.subarray(m * rows, (m + 1) * rows);
    let sum = 0;
    for (let k = 0; k < rows; k += 1) sum += own[k];
    const mean = sum / rows;
    let squares = 0;
    for (let k = 0; k < rows; k += 1) {
      const off = own[k] - mean;
      squares += off * off;
    }
    const inverse = squares > 0 ? Math.sqrt(rows / squares) : 0;
    inverses[m] = inverse;
    for (let k = 0; k < rows; k += 1) weights[m * rows + k] = (own[k] - mean) * inverse;
  }
  return { weights, inverses };
}

/**
 * Brings standardised layers' latent weights to the root mean square sqrt(2 / fan-in) of fresh ones. What the
 * network computes stays; but the gradient goes with the inverse of their size, so a learning rate means the
 * same whether the weights come from a float network or from levels that a trained model was written with.
 */
export function paceStandardised(
  graph: Graph,
  mapping: Mapping,
  table: ParameterTable,
  parameters: Float32Array,
): void {
  const names = matrixNodes(graph).map(({ name }) => name);
  for (const node of matrixNodes(graph)) {
    if (!isMapped(mapping, node.name, names)) continue;
    const { offset, length, shape } = entryOf(table, node.weights.weight);
    const own = parameters.subarray(offset, offset + length);
    const squares = own.reduce((sum, weight) => sum + weight * weight, 0);
    const factor = Math.sqrt((2 * length) / ((length / shape[0]) * squares));
    if (Number.isFinite(factor)) for (let i = 0; i < length; i += 1) own[i] *= factor;
  }
}
