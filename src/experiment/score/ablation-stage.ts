import { pairedMean } from '../../architecture/index.js';
import {
  type BestLayers,
  type Converter,
  type Mapping,
  type NetworkOptions,
  type SensitivityInput,
  type SensitivityResult,
} from '../../network/index.js';
import type { Dataset } from '../node/datasets.js';
import { stretchesOf } from '../stretches.js';
import type { StageContext } from '../run/calibration-stage.js';

/** Mean of a paired difference over images, and its standard error. */
export interface Difference {
  readonly mean: number;
  readonly error: number;
}

/** What one layer's converter is to blame for. */
export interface LayerAblation {
  readonly layer: string;
  /** This layer's converter at its best, all others as they are, minus all as they are: loss (nat), accuracy. */
  readonly mended: { readonly loss: Difference; readonly accuracy: Difference };
  /** This layer's converter as it is, all others at their best, minus all at their best. */
  readonly alone: { readonly loss: Difference; readonly accuracy: Difference };
}

/** Layer-wise ablation on the first images of those scored. */
export interface Ablation {
  /** What a converter at its best is: infinitely many samples, or exact partial sums. */
  readonly best: BestLayers['kind'];
  readonly images: number;
  readonly seed: number;
  /** All converters as they are, and all at their best. */
  readonly own: Outcome;
  readonly ideal: Outcome;
  readonly layers: readonly LayerAblation[];
}

export interface Outcome {
  readonly loss: number;
  readonly accuracy: number;
}

/** Images of one task; fixed, so that results do not depend on threads. */
const STRETCH = 10;

/** Mends one layer at a time, and breaks one at a time: twice half a forward pass an image and layer. */
export async function ablationStage(
  {
    network,
    best,
    seed,
  }: {
    readonly network: NetworkOptions & { readonly mapping: Mapping; readonly converter: Converter };
    readonly best: BestLayers;
    readonly seed: number;
  },
  data: Dataset,
  images: number,
  { executor, progress, signal }: Pick<StageContext, 'executor' | 'progress' | 'signal'>,
): Promise<Ablation> {
  const { graph, weights, mapping, converter, tiles } = network;
  const layers = Object.keys(best.overrides);
  const common: Omit<SensitivityInput, 'images'> = {
    graph,
    weights,
    mapping,
    base: converter,
    perturbed: converter,
    layers,
    seed,
    tiles,
  };
  type Stretch = Pick<SensitivityInput, 'images' | 'baseOverrides' | 'perturbedOverrides'>;
  const inputs = stretchesOf(data, STRETCH, images).flatMap((stretch): Stretch[] => [
    { images: stretch, perturbedOverrides: best.overrides },
    { images: stretch, baseOverrides: best.overrides },
  ]);
  const task = progress.start('one layer at a time', inputs.length, 'stretches');
  let done = 0;
  const results = await executor.map<Stretch, SensitivityResult>('network.sensitivity', inputs, {
    signal,
    common,
    onResult: () => task.update((done += 1)),
  });
  task.finish(`${layers.length} layers on ${images} images`);
  const mended = results.filter((_, i) => i % 2 === 0);
  const alone = results.filter((_, i) => i % 2 === 1);
  return {
    best: best.kind,
    images,
    seed,
    own: outcomeOf(mended),
    ideal: outcomeOf(alone),
    layers: layers.map((layer, l) => ({
      layer,
      mended: differences(mended, l),
      alone: differences(alone, l),
    })),
  };
}

function outcomeOf(results: readonly SensitivityResult[]): Outcome {
  const mean = (field: 'loss' | 'correct'): number => {
    const all = results.flatMap(({ base }) => Array.from(base[field]));
    return all.reduce((sum, value) => sum + value, 0) / all.length;
  };
  return { loss: mean('loss'), accuracy: mean('correct') };
}

function differences(results: readonly SensitivityResult[], l: number): LayerAblation['alone'] {
  const of = (field: 'loss' | 'correct'): Difference =>
    pairedMean(
      results.flatMap(({ base, perturbed }) =>
        Array.from(base[field], (value, i) => perturbed[l][field][i] - value),
      ),
    );
  return { loss: of('loss'), accuracy: of('correct') };
}
