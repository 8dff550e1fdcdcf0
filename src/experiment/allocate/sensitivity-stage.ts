import { rankLayers, type LayerSamples, type Ranking } from '../../architecture/index.js';
import { normalQuantile } from '../../numerics/special.js';
import type { Converter, SensitivityInput, SensitivityResult } from '../../network/index.js';
import type { CostSubject } from '../cost/subject.js';
import type { Dataset } from '../node/datasets.js';
import { stretchesOf } from '../stretches.js';
import type { StageContext } from '../run/calibration-stage.js';
import { packed, unpackedBytes } from '../run/checkpointed.js';
import type { AllocationOptions } from './allocation-schema.js';

/** What other samples in one layer alone do to loss and accuracy. */
export interface LayerEffect {
  readonly name: string;
  readonly repeats: number;
  /** Damage of one sample's noise (nat): loss(perturbed) - loss(base), over 1/perturbed - 1/base. */
  readonly damage: number;
  readonly damageError: number;
  /** Change of accuracy by the perturbation (fraction). */
  readonly accuracyChange: number;
  /** z of the step to the next layer of the ranking; infinite for the last. */
  readonly step: number;
}

export interface Sensitivity {
  /** By damage for its price, highest first. */
  readonly layers: readonly LayerEffect[];
  /** Whether every step of the ranking is significant at a joint 5 % (two-sided, Bonferroni). */
  readonly significant: boolean;
  /** z that a step must reach for that. */
  readonly z: number;
  readonly images: number;
  readonly repeats: number;
}

/** Two-sided joint significance of all steps of the ranking. */
const SIGNIFICANCE = 0.05;
/** Repeats before a ranking may count: an estimate of one seed is stopped too easily. */
const FEWEST = 2;
/** Images of one task; fixed, so that results do not depend on threads. */
const STRETCH = 250;

interface Tally {
  repeats: number;
  correct: number;
  readonly differences: Float64Array;
}

/**
 * Measures every layer with all others at `base`, seed after seed, until each step of the ranking by damage
 * for its price is significant or `repeats` are spent. Layers whose neighbours are told apart are left out of
 * further repeats. Finished repeats are kept for --resume.
 */
export async function sensitivityStage(
  { graph, weights, mapping, converter }: CostSubject & { readonly converter: Converter },
  options: AllocationOptions,
  {
    data,
    layers,
    prices,
    seed,
    context,
  }: {
    readonly data: Dataset;
    readonly layers: readonly string[];
    /** Price of a sample more in each layer, in the metric. */
    readonly prices: Readonly<Record<string, number>>;
    readonly seed: number;
    readonly context: StageContext;
  },
): Promise<Sensitivity> {
  const { executor, progress, signal, folder } = context;
  const count = data.labels.length;
  const z = normalQuantile(1 - SIGNIFICANCE / 2 / Math.max(1, layers.length - 1));
  const weightsOfRanking = Object.fromEntries(
    layers.map((name) => [
      name,
      Math.sign(1 / options.perturbed - 1 / options.base) / prices[name],
    ]),
  );
  const tallies = restored(folder.loadCheckpoint('sensitivity'), layers, count);
  const ranking = (): Ranking =>
    rankLayers(
      layers.map((name): LayerSamples => ({ name, ...tallies[name] })),
      weightsOfRanking,
      { z },
    );
  const share = 1 / options.perturbed - 1 / options.base;
  const finished = Math.max(...layers.map((name) => tallies[name].repeats));
  const task = progress.start('sensitivity of layers', options.repeats, 'repeats', finished);
  const inputs = stretchesOf(data, STRETCH, count).map((images) => ({ images }));
  for (;;) {
    const repeat = Math.max(...layers.map((name) => tallies[name].repeats));
    const wanted = repeat < FEWEST ? layers : ranking().open;
    if (wanted.length === 0 || repeat >= options.repeats) break;
    const common: Omit<SensitivityInput, 'images'> = {
      graph,
      weights,
      mapping,
      base: { ...converter, samples: options.base } as Converter,
      perturbed: { ...converter, samples: options.perturbed } as Converter,
      layers: wanted,
      seed: seed + repeat,
    };
    const results = await executor.map<(typeof inputs)[number], SensitivityResult>(
      'network.sensitivity',
      inputs,
      { signal, common },
    );
    for (const { first, base, perturbed } of results)
      for (const [l, name] of wanted.entries()) {
        const tally = tallies[name];
        for (let i = 0; i < base.loss.length; i += 1) {
          tally.differences[first - data.first + i] += perturbed[l].loss[i] - base.loss[i];
          tally.correct += perturbed[l].correct[i] - base.correct[i];
        }
      }
    for (const name of wanted) tallies[name].repeats += 1;
    folder.saveCheckpoint('sensitivity', stored(tallies));
    task.update(repeat + 1, `${ranking().open.length} layers not told apart`);
  }
  const { layers: ranked, open } = ranking();
  task.finish(open.length === 0 ? 'ranking significant' : `${open.length} layers not told apart`);
  return {
    images: count,
    repeats: Math.max(...ranked.map(({ repeats }) => repeats)),
    significant: open.length === 0,
    z,
    layers: ranked.map(({ name, mean, error, repeats, step }) => ({
      name,
      repeats,
      damage: mean / share,
      damageError: error / Math.abs(share),
      accuracyChange: tallies[name].correct / repeats / count,
      step,
    })),
  };
}

type Stored = Readonly<
  Record<
    string,
    { readonly repeats: number; readonly correct: number; readonly differences: string }
  >
>;

const stored = (tallies: Readonly<Record<string, Tally>>): Stored =>
  Object.fromEntries(
    Object.entries(tallies).map(([name, { repeats, correct, differences }]) => [
      name,
      { repeats, correct, differences: packed(new Uint8Array(differences.buffer)) },
    ]),
  );

function restored(
  known: unknown,
  layers: readonly string[],
  images: number,
): Readonly<Record<string, Tally>> {
  const before = (known ?? {}) as Stored;
  return Object.fromEntries(
    layers.map((name): [string, Tally] => {
      const own = before[name];
      return [
        name,
        own
          ? { ...own, differences: new Float64Array(unpackedBytes(own.differences).buffer) }
          : { repeats: 0, correct: 0, differences: new Float64Array(images) },
      ];
    }),
  );
}
