import { packBy } from '../kernels/gemm.js';
import type { EngineMemory } from './engine-memory.js';
import type { LayerGeometry } from './im2col.js';
import { rowSources } from './chunks.js';
import { byteOffsets, paddedPlanes } from './padded-planes.js';

/** A matrix layer made ready: takes (channels, height, width), gives (columns, outputHeight, outputWidth). */
export interface LayerRunner {
  /**
   * `image` is the image's index in the data set; it and `seed` key the draws. The output is the runner's own: it is
   * good until the runner runs again.
   */
  run(x: Float32Array, image: number, seed: number): Float32Array;
}

/** A high-precision digital layer in single precision. `weight` (columns x rows), `bias` (columns). */
export function floatLayer(
  memory: EngineMemory,
  geometry: LayerGeometry,
  weight: Float32Array,
  bias: Float32Array,
): LayerRunner {
  return geometry.pixels === 1 && geometry.kernel[0] * geometry.kernel[1] === 1
    ? vectorLayer(memory, geometry, weight, bias)
    : convolutionLayer(memory, geometry, weight, bias);
}

function vectorLayer(
  memory: EngineMemory,
  { rows, columns }: LayerGeometry,
  weight: Float32Array,
  bias: Float32Array,
): LayerRunner {
  const outputs = Math.ceil(columns / 32) * 32;
  const filled = new Float32Array(outputs);
  filled.set(bias);
  const weights = memory.place(packBy(32, weight, columns, rows));
  const biases = memory.place(filled);
  const input = memory.reserve(rows * 4);
  const list = memory.reserve(rows * 8 + 8);
  const output = memory.reserve(outputs * 4);
  return {
    run(x) {
      memory.f32(input, rows).set(x);
      memory.gemm.multiplyVector(weights, input, biases, output, list, outputs, rows);
      return memory.f32(output, columns);
    },
  };
}

function convolutionLayer(
  memory: EngineMemory,
  geometry: LayerGeometry,
  weight: Float32Array,
  bias: Float32Array,
): LayerRunner {
  const { rows, columns, groups, pixels } = geometry;
  const size = geometry.kernel[0] * geometry.kernel[1];
  const planes = paddedPlanes(geometry, rowSources(rows / size, size, 'channel-major'));
  const perGroup = columns / groups;
  const outputs = Math.ceil(perGroup / 4) * 4;
  const stride = Math.ceil(pixels / 8) * 8;
  const parts = Array.from({ length: groups }, (_, g) => {
    const from = g * perGroup;
    const biases = new Float32Array(outputs);
    biases.set(bias.subarray(from, from + perGroup));
    return {
      from,
      weights: memory.place(
        packBy(4, weight.subarray(from * rows, (from + perGroup) * rows), perGroup, rows),
      ),
      bias: memory.place(biases),
    };
  });
  const rowOffset = memory.place(byteOffsets(planes.rowOffset, 4));
  const pixelOffset = memory.place(byteOffsets(planes.pixelOffset, 4, 8));
  const image = memory.reserve(planes.length * 4);
  const panel = memory.reserve(rows * 32);
  const output = memory.reserve(outputs * stride * 4);
  const whole = groups === 1 && stride === pixels;
  const result = new Float32Array(whole ? 0 : columns * pixels);
  return {
    run(x) {
      planes.fill(memory.f32(image, planes.length), x);
      for (const [g, part] of parts.entries()) {
        const at = image + g * planes.groupOffset * 4;
        memory.gemm.convolve(
          part.weights,
          at,
          rowOffset,
          pixelOffset,
          part.bias,
          output,
          panel,
          outputs,
          stride,
          rows,
        );
        if (whole) return memory.f32(output, columns * pixels);
        const out = memory.f32(output, outputs * stride);
        for (let o = 0; o < perGroup; o += 1)
          result.set(out.subarray(o * stride, o * stride + pixels), (part.from + o) * pixels);
      }
      return result;
    },
  };
}
