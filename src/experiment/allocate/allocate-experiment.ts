import { relative, resolve } from 'node:path';
import {
  allocateOnCost,
  allocateWithFactors,
  costOfDesign,
  headlineOf,
  sampledLayers,
  uniformPrice,
  withFactors,
  withSamples,
  type Allocation,
  type Design,
  type Headline,
  type Metric,
} from '../../architecture/index.js';
import { invalidInput } from '../../errors/index.js';
import type { MtjConverter } from '../../network/index.js';
import { csv, renderReport } from '../../report/index.js';
import { designsOf } from '../cost/designs.js';
import { readSubject, type CostSubject, type FileSubject } from '../cost/subject.js';
import type { Dataset } from '../node/datasets.js';
import { readText } from '../node/files.js';
import { openOutputFolder } from '../node/output-folder.js';
import { plotlySource } from '../node/plotly-source.js';
import { overrideInputs } from '../overrides.js';
import type { StageContext } from '../run/calibration-stage.js';
import { checkpointed } from '../run/checkpointed.js';
import type { RunOptions } from '../run/run-options.js';
import { allocatedFile } from './allocated-file.js';
import type { AllocationOptions } from './allocation-schema.js';
import { frontier, samplesOfAllocation, withAllocation, type FrontierPoint } from './frontier.js';
import { reportOfAllocation } from './report-of-allocation.js';
import { sensitivityStage, type Sensitivity } from './sensitivity-stage.js';

/** What allocating samples found out. */
export interface AllocationResults {
  readonly subject: string;
  readonly metric: Metric;
  /** In SI units of the metric. */
  readonly budget: number;
  readonly sensitivity: Sensitivity;
  readonly allocation: Allocation;
  readonly headline: Headline;
  /** Price of one sample more in each layer at one sample everywhere, in the metric. */
  readonly prices: Readonly<Record<string, number>>;
  readonly frontier: readonly FrontierPoint[];
  /** The experiment file that takes the allocation. */
  readonly file: string;
  readonly command: string;
}

/**
 * Measures the layers on held-out training images, allocates samples under the budget, scores the frontier
 * against uniform T on the test set, and writes the allocated experiment file, JSON, CSV and report.
 */
export async function allocateExperiment(
  path: string,
  options: RunOptions,
): Promise<AllocationResults> {
  const { executor, progress, signal, out, overrides, resume, force, report } = options;
  const subject = mtjSubject(
    await readSubject(path, { overrides, executor: () => executor, signal, report }),
    path,
  );
  const design = withFactors(designsOf(subject, path).own, { slices: [], streams: [] });
  const { allocation: wanted } = subject;
  const { metric, budget } = budgetOf(wanted, design, path);
  if (wanted.base === wanted.perturbed)
    throw invalidInput({
      code: 'allocate.nothing-perturbed',
      what: `the perturbed layer would have ${wanted.perturbed} samples, as all others`,
      where: { file: path, keyPath: 'allocation.perturbed' },
      mend: 'take another number of samples for it than `allocation.base`',
    });
  const layers = sampledLayers(design);
  const prices = pricesOf(design, layers, metric);
  const held = heldOut(subject, wanted.images);
  const tests = subject.data('test', subject.images);
  const text = readText(path, 'the experiment file');
  const seeds =
    options.seed === undefined ? subject.seeds : subject.seeds.map((_, k) => options.seed! + k);
  const changes = overrides.map((one) => one.text);
  const inputs = {
    'experiment file': text,
    ...overrideInputs(overrides),
    seeds,
    'data files': held.files,
  };
  const folder = openOutputFolder(out, { inputs, resume, force });
  const context: StageContext = { executor, progress, signal, folder };
  const command = [
    ...['spinbar allocate', relative(process.cwd(), resolve(path)), '--out', out],
    ...(options.seed === undefined ? [] : ['--seed', String(options.seed)]),
    ...changes.map((change) => `--set '${change}'`),
  ].join(' ');
  try {
    const sensitivity = await sensitivityStage(subject, wanted, {
      data: held,
      layers,
      prices,
      seed: seeds[0],
      context,
    });
    const damages = sensitivity.layers.map(({ name, damage }) => ({ name, damage }));
    const { most } = wanted;
    const allocate = wanted.factors ? allocateWithFactors : allocateOnCost;
    const allocation = allocate(design, damages, { metric, budget, most });
    const points = await frontier(subject, design, {
      budgets: wanted.frontier,
      damages,
      allocate,
      metric,
      most,
      data: tests,
      seeds: seeds.slice(0, wanted.frontierSeeds),
      context,
    });
    const headline = headlineOf(costOfDesign(withAllocation(design, allocation)));
    const results: AllocationResults = {
      subject: subject.name,
      metric,
      budget,
      sensitivity,
      allocation,
      headline,
      prices,
      frontier: points,
      file: `${out}/experiment.yaml`,
      command,
    };
    const samples = samplesOfAllocation(allocation);
    const note = `Samples by layer from: ${command}`;
    folder.write(
      'experiment.yaml',
      allocatedFile({ text, path, overrides }, samples, { folder: resolve(out), headline: note }),
    );
    folder.write('allocation.json', `${JSON.stringify(results, null, 2)}\n`);
    folder.write('frontier.csv', frontierCsv(points));
    folder.write('report.html', renderReport(reportOfAllocation(results), plotlySource()));
    folder.finish({
      format: 'spinbar.allocation',
      command,
      seeds,
      overrides: changes,
    });
    return results;
  } catch (error) {
    if (!signal.aborted) {
      if (!folder.resumed) folder.discard();
      throw error;
    }
    folder.suspend();
    throw checkpointed('allocation was stopped; what it has finished is kept', command);
  }
}

type MtjSubject = FileSubject & { readonly converter: MtjConverter };

function mtjSubject(subject: FileSubject, file: string): MtjSubject {
  const { converter } = subject;
  if (converter.kind === 'mtj' && converter.staggerWidths !== undefined)
    throw invalidInput({
      code: 'allocate.staggered',
      what: 'staggered samples cannot be allocated',
      where: { file, keyPath: 'staggerWidths' },
      why: 'the search takes damage to fall as 1/T; that of staggered samples, which act as a flash converter, does not',
      mend: 'leave out staggerWidths, or score T by layer with `spinbar run`',
    });
  if (converter.kind === 'mtj') return { ...subject, converter };
  throw invalidInput({
    code: 'allocate.no-samples',
    what: `a ${converter.kind} converter has no samples to allocate`,
    where: { file, keyPath: 'converter.kind' },
    mend: 'take a converter of kind mtj',
  });
}

/** The budget in the metric's SI unit. Throws where it is given twice or not even T = 1 fits. */
function budgetOf(
  { metric, uniform, energy, latency, edp }: AllocationOptions,
  design: Design,
  file: string,
): { readonly metric: Metric; readonly budget: number } {
  const given = Object.entries({ energy, latency, edp }).filter(([, value]) => value !== undefined);
  if (given.length > 1)
    throw invalidInput({
      code: 'allocate.two-budgets',
      what: `budgets are given for ${given.map(([key]) => key).join(' and ')}`,
      where: { file, keyPath: 'allocation' },
      mend: 'give one of them',
    });
  const [key, value] = given.at(0) ?? [];
  const chosen =
    key === undefined || value === undefined
      ? { metric, budget: uniformPrice(design, uniform, metric) * (1 + 1e-12) }
      : { metric: key as Metric, budget: key === 'edp' ? value * 1e-18 : value };
  const least = uniformPrice(design, 1, chosen.metric);
  if (chosen.budget >= least) return chosen;
  throw invalidInput({
    code: 'allocate.budget-too-small',
    what: `one sample everywhere takes ${least.toExponential(3)}, above the budget of ${chosen.budget.toExponential(3)} (SI units of ${chosen.metric})`,
    where: { file, keyPath: `allocation.${key ?? 'uniform'}` },
    mend: 'raise the budget',
  });
}

function pricesOf(
  design: Design,
  layers: readonly string[],
  metric: Metric,
): Readonly<Record<string, number>> {
  const one = Object.fromEntries(layers.map((name) => [name, 1]));
  const price = (samples: Readonly<Record<string, number>>): number =>
    headlineOf(costOfDesign(withSamples(design, samples)))[metric];
  const least = price(one);
  return Object.fromEntries(
    layers.map((name) => [name, Math.max(price({ ...one, [name]: 2 }) - least, least * 1e-9)]),
  );
}

/** The last images of the training set, which training itself holds out. */
function heldOut(subject: CostSubject, count: number): Dataset {
  const all = subject.data('train');
  const total = all.labels.length;
  const first = Math.max(0, total - count);
  const size = all.pixels.length / total;
  return {
    ...all,
    first,
    pixels: all.pixels.subarray(first * size),
    labels: all.labels.subarray(first),
  };
}

const frontierCsv = (points: readonly FrontierPoint[]): string =>
  csv(
    [
      'kind',
      'uniformSamples',
      'accuracy',
      'spread',
      'energyJoule',
      'latencySecond',
      'areaSquareMetre',
      'energyDelayProduct',
      'gain',
      'gainError',
    ],
    points.map(({ kind, uniform, mean, spread, headline, gain }) => [
      kind,
      uniform,
      mean,
      spread,
      headline.energy,
      headline.latency,
      headline.area,
      headline.edp,
      gain?.mean ?? '',
      gain?.error ?? '',
    ]),
  );
