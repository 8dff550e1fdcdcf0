import { pairedMean } from './allocation.js';

/** What one layer's perturbation did to every image, summed over repeats. */
export interface LayerSamples {
  readonly name: string;
  /** Sum over repeats of (perturbed - base), image by image. */
  readonly differences: Float64Array;
  readonly repeats: number;
}

/** A layer's place in the ranking. */
export interface RankedLayer {
  readonly name: string;
  /** Mean difference per image and its standard error over images. */
  readonly mean: number;
  readonly error: number;
  readonly repeats: number;
  /**
   * z of the step to the next layer in the ranking: mean over standard error of the paired difference of their
   * scores. Infinite for the last.
   */
  readonly step: number;
}

export interface Ranking {
  /** Highest score first. */
  readonly layers: readonly RankedLayer[];
  /** Layers next to a step that is not yet significant. */
  readonly open: readonly string[];
}

/**
 * Ranks layers by score = weight x mean difference; `weights` makes damage a damage for its price. A step of
 * the ranking is significant where the paired difference of neighbours' scores lies more than `z` standard
 * errors from zero. The unit of sampling is the image: repeats narrow the noise of one image's draws, but only
 * more images narrow the spread between images.
 */
export function rankLayers(
  layers: readonly LayerSamples[],
  weights: Readonly<Record<string, number>>,
  { z }: { readonly z: number },
): Ranking {
  const scored = layers.map((layer) => {
    const own = Array.from(layer.differences, (sum) => sum / layer.repeats);
    const { mean, error } = pairedMean(own);
    return { ...layer, own, mean, error, score: weights[layer.name] * mean };
  });
  scored.sort((a, b) => b.score - a.score);
  const ranked = scored.map(({ name, own, mean, error, repeats }, i): RankedLayer => {
    const next = scored.at(i + 1);
    if (!next) return { name, mean, error, repeats, step: Infinity };
    const gap = pairedMean(
      own.map((value, k) => weights[name] * value - weights[next.name] * next.own[k]),
    );
    return { name, mean, error, repeats, step: gap.error > 0 ? gap.mean / gap.error : 0 };
  });
  const open = ranked.flatMap(({ name, step }, i) => (step < z ? [name, ranked[i + 1].name] : []));
  return { layers: ranked, open: [...new Set(open)] };
}
