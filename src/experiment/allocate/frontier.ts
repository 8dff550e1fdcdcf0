import {
  costOfDesign,
  headlineOf,
  pairedMean,
  sampledLayers,
  uniformPrice,
  withFactors,
  withSamples,
  type Allocation,
  type allocateOnCost,
  type Design,
  type Headline,
  type LayerDamage,
  type Metric,
} from '../../architecture/index.js';
import type { MtjConverter, Samples } from '../../network/index.js';
import type { CostSubject } from '../cost/subject.js';
import type { Dataset } from '../node/datasets.js';
import type { StageContext } from '../run/calibration-stage.js';
import { meanSamples } from '../run/mean-samples.js';
import { summariseSeeds } from '../run/results.js';
import { scoreStage, sweepsOf, type ScoredRow, type ScoreJob } from '../run/score-stage.js';

/** One scored point of the frontier. */
export interface FrontierPoint {
  readonly kind: 'uniform' | 'allocated';
  /** Its budget, as uniform samples. */
  readonly uniform: number;
  readonly samples: Samples;
  readonly headline: Headline;
  readonly mean: number;
  readonly spread: number;
  readonly interval: readonly [number, number];
  readonly seeds: number;
  /**
   * Accuracy above that of the uniform design of the same budget: mean and standard error over images of the
   * paired difference, each image's correctness averaged over the seeds.
   */
  readonly gain?: { readonly mean: number; readonly error: number };
}

/** Samples as a converter takes them from an allocation. */
export const samplesOfAllocation = ({ samples, slices, streams }: OwnSamples): Samples => ({
  default: 1,
  layers: samples,
  ...(slices ? { slices } : {}),
  ...(streams ? { streams } : {}),
});

export type OwnSamples = Pick<Allocation, 'samples' | 'slices' | 'streams'>;

/** The design with an allocation's samples and factors; factors of 1 where it has none. */
export const withAllocation = (
  design: Design,
  { samples, slices = [], streams = [] }: OwnSamples,
): Design => withSamples(withFactors(design, { slices, streams }), samples);

/**
 * Scores uniform T (where it is a whole number) and allocated T of every budget on the test set, with every
 * seed.
 */
export async function frontier(
  subject: CostSubject & { readonly converter: MtjConverter },
  design: Design,
  {
    budgets,
    damages,
    allocate,
    metric,
    most,
    data,
    seeds,
    context,
  }: {
    readonly budgets: readonly number[];
    readonly damages: readonly LayerDamage[];
    /** By layer, or by layer, slice and stream. */
    readonly allocate: typeof allocateOnCost;
    readonly metric: Metric;
    readonly most: number;
    readonly data: Dataset;
    readonly seeds: readonly number[];
    readonly context: StageContext;
  },
): Promise<FrontierPoint[]> {
  const points: FrontierPoint[] = [];
  const score = async (
    kind: FrontierPoint['kind'],
    uniform: number,
    own: OwnSamples,
    against?: Float64Array,
  ): Promise<Float64Array> => {
    const samples = kind === 'uniform' ? uniform : samplesOfAllocation(own);
    const scored = await scoreAll(samples);
    const [summary] = summariseSeeds(scored.map(({ row }) => row));
    const shares = correctShares(scored, data);
    const headline = headlineOf(costOfDesign(withAllocation(design, own)));
    const { mean, spread, interval } = summary;
    points.push({
      kind,
      uniform,
      samples,
      headline,
      mean,
      spread,
      interval,
      seeds: seeds.length,
      ...(against
        ? { gain: pairedMean(Array.from(shares, (share, i) => share - against[i])) }
        : {}),
    });
    return shares;
  };
  const scoreAll = async (samples: Samples): Promise<readonly ScoredRow[]> => {
    const { graph, weights, mapping } = subject;
    const conversion = { ...subject.converter, samples };
    const mean = meanSamples(subject, mapping, conversion);
    const network = { graph, weights, mapping, conversion };
    const jobs = seeds.map((seed): ScoreJob => ({
      ...network,
      converter: 'mtj',
      samples: mean,
      seed,
    }));
    const rows: ScoredRow[] = [];
    for (const sweep of sweepsOf(jobs)) rows.push(...(await scoreStage(sweep, data, context)));
    return rows;
  };
  const everywhere = (count: number): OwnSamples => ({
    samples: Object.fromEntries(sampledLayers(design).map((name) => [name, count])),
  });
  for (const uniform of budgets) {
    const shares = Number.isInteger(uniform)
      ? await score('uniform', uniform, everywhere(uniform))
      : undefined;
    const budget = uniformPrice(design, uniform, metric) * (1 + 1e-12);
    const own = allocate(design, damages, { metric, budget, most });
    const { samples, slices = [], streams = [] } = own;
    const flat = [...slices, ...streams].every((factor) => factor === 1);
    if (flat && Object.values(samples).every((count) => count === uniform)) continue;
    await score('allocated', uniform, own, shares);
  }
  return points;
}

/** Share of the seeds in which each image is classified rightly. */
function correctShares(scored: readonly ScoredRow[], { labels }: Dataset): Float64Array {
  const shares = new Float64Array(labels.length);
  for (const { predictions } of scored)
    for (let i = 0; i < labels.length; i += 1)
      shares[i] += (predictions[i] === labels[i] ? 1 : 0) / scored.length;
  return shares;
}
