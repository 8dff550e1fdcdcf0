/**
 * How a network is trained where its file does not say: defaults that depend on the network. The MNIST
 * networks take those of `training-schema.ts`; image networks of the CIFAR kind take what made the networks of
 * examples/04 (docs/training.md has why).
 */

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const treeAt = (data: Tree, key: string): Tree => {
  const found = data[key];
  return isTree(found) ? found : {};
};

const CIFAR_NETWORKS = /^(resnet|vgg)/;

/** Training section of a CIFAR network, whose file says `own` there; `staggerWidths` of its samples, if any. */
function cifarRecipe(own: Tree, staggerWidths: unknown): Tree {
  const staggered = typeof staggerWidths === 'number';
  const { samples = staggered ? 16 : 1, sliceFilters = false, initial } = own;
  const single = samples === 1;
  return {
    float: { epochs: 60, rate: 0.1 },
    // Begun at T = 1, float weights are lost; a stochastic model is not.
    progressive:
      single && initial === undefined
        ? [
            {
              ...{ samples: 8, epochs: 12, rate: 0.03, gainWidths: 1.5 },
              estimator: { kind: 'expectation' },
            },
          ]
        : [],
    stochastic: { epochs: 24, rate: staggered ? 0.05 : 0.03 },
    samples,
    // One sample carries most when it is nearly certain: large currents under a wider surrogate. Staggered ones
    // compare out to twice the root mean square on either side.
    gainWidths: single ? 5 : staggered ? staggerWidths / 4 : 1.5,
    estimator: single ? { kind: 'scaled-expectation', widen: 3 } : { kind: 'expectation' },
    batch: 128,
    shards: 2,
    nesterov: true,
    averaging: 0.995,
    warmUpEpochs: 0.5,
    distillation: { weight: 0.7, temperature: 4 },
    augmentation: { crop: 4, flip: true },
    inputScales: 'calibrated',
    gainInterval: 20,
    // What training refuses together stays off.
    ...(sliceFilters === true ? {} : { standardise: true, learnSteps: true }),
    biasRows: true,
    learnOffsets: own['biasRows'] !== false,
  };
}

/** `given` over `defaults`, key by key; lists, and choices that name their `kind`, as a whole. */
function over(defaults: Tree, given: Tree): Tree {
  const merged: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(given)) {
    const before = merged[key];
    merged[key] =
      isTree(before) && isTree(value) && !('kind' in value) ? over(before, value) : value;
  }
  return merged;
}

/** An experiment file's data, before it is validated, with its network's recipe under its own `training`. */
export function withTrainingRecipe(data: unknown): unknown {
  if (!isTree(data)) return data;
  const { graph } = treeAt(data, 'model');
  if (typeof graph !== 'string' || !CIFAR_NETWORKS.test(graph)) return data;
  if (data['training'] !== undefined && !isTree(data['training'])) return data;
  const own = treeAt(data, 'training');
  return { ...data, training: over(cifarRecipe(own, data['staggerWidths']), own) };
}
