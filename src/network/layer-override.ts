import type { Converter } from './converter.js';
import type { LayerRunner } from './float-layer.js';

/** A mapped layer that runs otherwise than mapping and converter say: for references and ablations. */
export interface LayerOverride {
  /** `float`: weights and activations as they are, no arrays; else partial sums through this converter. */
  readonly converter: Converter | 'float';
  /** By output column: the layer gives scale * y + shift. Both absent: y. */
  readonly scale?: Float32Array | undefined;
  readonly shift?: Float32Array | undefined;
}

/** By layer name. */
export type LayerOverrides = Readonly<Record<string, LayerOverride>>;

/** The runner with each column scaled and shifted. */
export function withAffine(
  runner: LayerRunner,
  { scale, shift }: LayerOverride,
  pixels: number,
): LayerRunner {
  if (!scale || !shift) return runner;
  return {
    run(x, image, seed) {
      const out = runner.run(x, image, seed);
      for (let o = 0; o < scale.length; o += 1)
        for (let p = o * pixels; p < (o + 1) * pixels; p += 1)
          out[p] = scale[o] * out[p] + shift[o];
      return out;
    },
  };
}
