import { activationCodes, streamActivations, streamPlan } from './activation-streams.js';
import { rowSources } from './chunks.js';
import type { EngineMemory } from './engine-memory.js';
import { floatLayer, type LayerRunner } from './float-layer.js';
import type { LayerGeometry } from './im2col.js';
import type { LayerMapping } from './mapping.js';
import type { PartialSumLayer } from './partial-sum-layer.js';

/** Integers up to here are exact in single precision. */
const EXACT = 2 ** 24;

/**
 * All partial sums of an ideal converter add up to the product of the codes: one integer product, exact in
 * single precision. Undefined where it could pass 2^24 and the general engines must be used.
 */
export function idealLayer(
  memory: EngineMemory,
  geometry: LayerGeometry,
  layers: readonly PartialSumLayer[],
): LayerRunner | undefined {
  const { rows, columns, pixels, kernel } = geometry;
  const { mapping } = layers[0];
  const size = kernel[0] * kernel[1];
  const source = rowSources(rows / size, size, mapping.rowOrder);
  const codes = new Float32Array(columns * rows);
  const units = new Float64Array(columns);
  const perGroup = columns / layers.length;
  const plan = streamPlan(mapping);
  for (const [g, { weights }] of layers.entries())
    for (let o = 0; o < perGroup; o += 1) {
      units[g * perGroup + o] = weights.unit[o];
      for (let k = 0; k < rows; k += 1) {
        let code = weights.offset;
        for (const { digits, coefficient } of weights.slices)
          code += coefficient * digits[o * rows + k];
        codes[(g * perGroup + o) * rows + source[k]] = code;
      }
    }
  const largest = codes.reduce((top, code) => Math.max(top, Math.abs(code)), 0);
  const largestInput = plan.coefficients.reduce(
    (sum, coefficient, t) => sum + coefficient * (2 ** plan.bits[t] - 1),
    0,
  );
  if (largest * largestInput * rows >= EXACT) return undefined;
  const product = floatLayer(memory, geometry, codes, new Float32Array(columns));
  const input = new Float32Array(geometry.channels * geometry.height * geometry.width);
  return {
    run(x, image, seed) {
      joinedStreams(x, mapping, input);
      const y = product.run(input, image, seed);
      // One factor after the other, as the plain layer rounds.
      for (let o = 0; o < columns; o += 1)
        for (let i = o * pixels; i < (o + 1) * pixels; i += 1) y[i] = y[i] * plan.unit * units[o];
      return y;
    },
  };
}

/** sum_t c_t a_t of every element: the whole code, or the odd integer that its odd digits make. */
function joinedStreams(x: Float32Array, mapping: LayerMapping, out: Float32Array): void {
  if (mapping.activationQuantiser !== 'nearest') {
    out.set(streamActivations(x, mapping).streams[0].digits);
    return;
  }
  const codes = activationCodes(x, mapping);
  const [step, start] =
    mapping.encoding === 'bipolar' ? [2, 1 - 2 ** mapping.activationBits] : [1, 0];
  for (let i = 0; i < out.length; i += 1) out[i] = step * codes[i] + start;
}
