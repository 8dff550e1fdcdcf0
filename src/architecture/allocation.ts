/** What samples cost and bring in one layer. */
export interface LayerSensitivity {
  readonly name: string;
  /**
   * Damage d of one sample's noise: the loss with T samples lies d / T above that of infinitely many, since
   * the variance of a mean of T draws falls as 1 / T and the loss is smooth in it to first order.
   */
  readonly damage: number;
  /** Standard error of the damage. */
  readonly damageError: number;
  /** Price of one sample of every conversion of the layer (any one additive unit, such as J an image). */
  readonly pricePerSample: number;
}

export interface Allocation {
  readonly samples: Readonly<Record<string, number>>;
  /** sum of pricePerSample * T. */
  readonly price: number;
  /** sum of damage / T. */
  readonly damage: number;
  /** Factors on T of slices and streams, least significant first, where they were allocated too. */
  readonly slices?: readonly number[] | undefined;
  readonly streams?: readonly number[] | undefined;
}

/**
 * Samples a layer under a budget. Without the whole numbers the optimum of sum d/T under sum p T <= budget is
 * T ~ sqrt(d / p) (Lagrange); from T = 1 everywhere, samples are doubled or added one by one where they save
 * most damage for their price, the best single step first, which is optimal for such convex separable costs up
 * to the last step (Fox, Operations Research 14, 1966). Layers whose damage is not positive keep one sample.
 * The result for a larger budget never has fewer samples in any layer.
 */
export function allocateSamples(
  layers: readonly LayerSensitivity[],
  budget: number,
  { most = 64 }: { readonly most?: number } = {},
): Allocation {
  const samples = layers.map(() => 1);
  let price = layers.reduce((sum, { pricePerSample }) => sum + pricePerSample, 0);
  const gain = (i: number): number => {
    const { damage, pricePerSample } = layers[i];
    if (samples[i] >= most || damage <= 0) return 0;
    return damage / (samples[i] * (samples[i] + 1)) / pricePerSample;
  };
  for (;;) {
    let best = -1;
    let bestGain = 0;
    for (let i = 0; i < layers.length; i += 1) {
      const own = gain(i);
      if (own > bestGain) [best, bestGain] = [i, own];
    }
    if (best < 0 || price + layers[best].pricePerSample > budget) break;
    samples[best] += 1;
    price += layers[best].pricePerSample;
  }
  return {
    samples: Object.fromEntries(layers.map(({ name }, i) => [name, samples[i]])),
    price,
    damage: layers.reduce((sum, { damage }, i) => sum + damage / samples[i], 0),
  };
}

/** Mean and standard error of paired differences. */
export function pairedMean(differences: readonly number[]): {
  readonly mean: number;
  readonly error: number;
} {
  const count = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / count;
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (count - 1) / count) };
}
