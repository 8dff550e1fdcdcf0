import { dirname, relative, resolve } from 'node:path';
import { invalidInput, type Diagnostic } from '../../errors/index.js';
import {
  mappingReport,
  measureLayers,
  profilePartialSums,
  solveTiles,
  sumsInRange,
  type LayerProfile,
  type MappingReport,
} from '../../network/index.js';
import { csv, renderReport } from '../../report/index.js';
import { currentsOf, PROFILED_IMAGES } from '../cost/column-currents.js';
import {
  PRICED,
  rowCosts,
  storedCost,
  type CostedConverter,
  type StoredCost,
} from '../cost/row-costs.js';
import { magnetOf } from '../cost/subject.js';
import { cut, firstImages, readDataset, type Dataset } from '../node/datasets.js';
import { readText, sha256 } from '../node/files.js';
import { firstInputs } from '../node/first-inputs.js';
import { openOutputFolder } from '../node/output-folder.js';
import { plotlySource } from '../node/plotly-source.js';
import { VERSION } from '../node/version.js';
import { overrideInputs } from '../overrides.js';
import type { StageContext } from '../run/calibration-stage.js';
import { checkpointed } from '../run/checkpointed.js';
import { ablationShare } from '../run/layer-stage.js';
import { checkSampleLayers, meanSamples } from '../run/mean-samples.js';
import { resultsCsv, summariseSeeds } from '../run/results.js';
import { commandLine, type RunOptions } from '../run/run-options.js';
import { scoreStage, sweepsOf, type ScoredRow } from '../run/score-stage.js';
import { ablationStage, type Ablation } from './ablation-stage.js';
import { checkCoverage } from './coverage.js';
import { layerFindings, rowAgreement, type LayerFinding } from './layer-findings.js';
import { rangesFor, wantsRanges, type RangeFile } from './range-calibration.js';
import { reportOfScore } from './report-of-score.js';
import { loadScoreFile, type LoadedNetwork } from './score-file.js';
import { scoreJobs } from './score-jobs.js';
import type { ScoreFile } from './score-schema.js';
import { shardOf, shardRow, writeShard } from './shard-file.js';

/** What scoring a network file found out. */
export interface ScoreResults {
  readonly document: ScoreFile;
  readonly network: LoadedNetwork;
  readonly scored: readonly ScoredRow[];
  /** What one image costs; empty where the converter has no price. */
  readonly costs: readonly StoredCost[];
  readonly data: Dataset;
  readonly mapping?: MappingReport;
  /** Every layer's partial sums and outputs on the first `measuredImages` images of the test set. */
  readonly layers?: readonly LayerFinding[];
  readonly measuredImages?: number;
  readonly ablation?: Ablation;
  readonly warnings: readonly Diagnostic[];
  readonly command: string;
}

/**
 * Scores a network file with every seed, and writes results, predictions and the report into the output
 * folder. Throws a note with exit code 75 when stopped; the same command with --resume goes on bit for bit.
 */
export async function runScore(path: string, options: RunOptions): Promise<ScoreResults> {
  const { executor, progress, signal, out, overrides, resume, force } = options;
  const warnings: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    warnings.push(diagnostic);
    options.report(diagnostic);
  };
  const { document, network: loaded, changes: replaced } = loadScoreFile(path, overrides);
  for (const change of replaced) report(change);
  const ranges = recordedRanges(path, document, loaded);
  const network = ranges ? withRanges(loaded, ranges) : loaded;
  const { graph, weights, mapping, converter = { kind: 'ideal' } } = network;
  if ('samples' in converter && typeof converter.samples === 'object')
    checkSampleLayers(converter.samples, graph, { file: path, keyPath: 'converter.samples' });
  const seeds = options.seed === undefined ? document.seeds : [options.seed];
  const { whole, first } = testImages(path, document, network);
  const data = options.shard === undefined ? whole : shardOf(whole, options.shard);
  const text = readText(path, 'the network file');
  const changes = overrides.map((override) => override.text);
  const inputs = firstInputs(graph, first, PROFILED_IMAGES);
  const profiles = mapping
    ? profilePartialSums({ graph, weights, mapping, converter, inputs, seed: 1 })
    : [];
  checkCoverage(profiles, converter, { file: path, allow: document.allowOutside, report });
  const folder = openOutputFolder(out, {
    inputs: {
      'network file': text,
      ...overrideInputs(overrides),
      seeds,
      'data files': data.files,
      '--shard': options.shard,
    },
    resume,
    force,
  });
  const context: StageContext = { executor, progress, signal, folder };
  const command = commandLine('run', relative(process.cwd(), path), options);
  try {
    const wires = document.wires;
    const tiles =
      mapping && wires
        ? await solveTiles({ graph, weights, mapping, converter, wires }, { executor })
        : undefined;
    const samples = mapping ? meanSamples(network, mapping, converter) : 0;
    const costs = costsOf(path, document, { network, first, profiles, samples, report });
    const measured =
      mapping && (document.references || options.shard === undefined)
        ? measureLayers({ graph, weights, mapping, converter, tiles, inputs, seed: seeds[0] })
        : undefined;
    const scored: ScoredRow[] = [];
    const references = document.references ? measured : undefined;
    const jobs = scoreJobs(network, { seeds, samples, tiles, measured: references });
    for (const sweep of sweepsOf(jobs)) scored.push(...(await scoreStage(sweep, data, context)));
    const ablated = measured?.best && ablationImages(document, data, options);
    const ablation =
      mapping && measured?.best && ablated
        ? await ablationStage(
            {
              network: { graph, weights, mapping, converter, tiles },
              best: measured.best,
              seed: seeds[0],
            },
            data,
            ablated,
            context,
          )
        : undefined;
    const results: ScoreResults = {
      document,
      network,
      scored,
      costs,
      data,
      ...(mapping ? { mapping: mappingReport(graph, weights, mapping, converter) } : {}),
      ...(measured
        ? {
            layers: layerFindings(sumsInRange(profiles, converter), measured),
            measuredImages: inputs.length,
          }
        : {}),
      ...(ablation ? { ablation } : {}),
      warnings,
      command,
    };
    folder.write('results.json', `${JSON.stringify(scoreJson(results), null, 2)}\n`);
    folder.write('results.csv', resultsCsv(scored.map(({ row }) => row)));
    folder.write('predictions.csv', predictionsCsv(results));
    if (ranges) folder.write('ranges.json', `${JSON.stringify(ranges, null, 1)}\n`);
    writeShard(folder, {
      format: 'spinbar.score-shard',
      version: 1,
      configuration: configurationHash(results, seeds),
      title: graph.name,
      rows: scored.map(({ row, predictions }) =>
        shardRow(row, data.first, predictions, data.labels),
      ),
    });
    folder.write('report.html', renderReport(reportOfScore(results), plotlySource()));
    folder.finish({
      format: 'spinbar.score',
      command,
      seeds,
      overrides: changes,
      configuration: document,
      warnings,
    });
    return results;
  } catch (error) {
    if (!signal.aborted) {
      if (!folder.resumed) folder.discard();
      throw error;
    }
    folder.suspend();
    throw checkpointed('the run was stopped; what it has finished is kept', command);
  }
}

/** Ranges of an ADC whose file leaves them to the run. */
function recordedRanges(
  path: string,
  { rangeCalibration, data }: ScoreFile,
  network: LoadedNetwork,
): RangeFile | undefined {
  const { converter, mapping } = network;
  if (!mapping || !wantsRanges(converter)) return undefined;
  const at = (name: string): string => resolve(dirname(path), name);
  return rangesFor(network, converter, rangeCalibration, {
    at,
    data: (part) => readDataset({ set: data.set, part, folder: data.folder && at(data.folder) }),
  });
}

const withRanges = (network: LoadedNetwork, { ranges }: RangeFile): LoadedNetwork =>
  network.converter?.kind === 'adc'
    ? { ...network, converter: { ...network.converter, ranges } }
    : network;

/** Hash of everything that a result depends on but the stretch of images. */
function configurationHash({ document, network, data }: ScoreResults, seeds: readonly number[]) {
  const { images: _images, ...source } = document.data;
  const { weights, ...rest } = network;
  const tensors = [...weights].map(([name, { shape, data: values }]) => [
    name,
    shape,
    sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ]);
  return sha256(
    JSON.stringify([VERSION, { ...document, data: source }, seeds, rest, tensors, data.files]),
  );
}

/** results.json: rows by seed, their summary, and what the mapping makes of the network. */
export function scoreJson({ scored, costs, mapping, ...found }: ScoreResults) {
  const rows = scored.map(({ row }) => row);
  const { layers, measuredImages, ablation, data } = found;
  return {
    rows,
    summary: summariseSeeds(rows),
    costs,
    agreement: rowAgreement(scored, data),
    ...(mapping ? { mapping } : {}),
    ...(layers ? { measuredImages, layers } : {}),
    ...(ablation ? { ablation } : {}),
  };
}

/** A twentieth of the images scored, at most 100, where the file says nothing else; none for a shard. */
function ablationImages(
  { ablation: { images } }: ScoreFile,
  { labels }: Dataset,
  { shard }: RunOptions,
): number {
  if (images !== undefined) return Math.min(images, labels.length);
  return shard === undefined ? ablationShare(labels.length) : 0;
}

/** The images to score, and the first of the whole test set, which layers are measured on. */
function testImages(
  path: string,
  document: ScoreFile,
  { graph }: LoadedNetwork,
): { readonly whole: Dataset; readonly first: Dataset } {
  const { set, folder, images } = document.data;
  const data = readDataset({ set, part: 'test', folder: folder && resolve(dirname(path), folder) });
  if (data.shape.join() !== graph.inputShape.join())
    throw invalidInput({
      code: 'experiment.data-mismatch',
      what: `${set} has images of (${data.shape.join(', ')}), ${graph.name} takes (${graph.inputShape.join(', ')})`,
      where: { file: path, keyPath: 'data.set' },
    });
  return {
    whole: cut(data, images),
    first: firstImages(data, Math.min(PROFILED_IMAGES, data.labels.length)),
  };
}

/** The price of the row, where the file says what its converter is made of. */
function costsOf(
  path: string,
  { architecture }: ScoreFile,
  {
    network,
    first,
    profiles,
    samples,
    report,
  }: {
    readonly network: LoadedNetwork;
    readonly first: Dataset;
    readonly profiles: readonly LayerProfile[];
    readonly samples: number;
    readonly report: (diagnostic: Diagnostic) => void;
  },
): readonly StoredCost[] {
  const { graph, weights, mapping, converter } = network;
  if (!mapping || !converter || !PRICED.includes(converter.kind)) return [];
  const magnet = magnetOf(architecture, (name) => resolve(dirname(path), name));
  if (converter.kind === 'mtj' && !magnet.magnet) {
    report({
      severity: 'note',
      code: 'cost.no-magnet',
      what: 'energy, latency and area are left out',
      where: { file: path, keyPath: 'architecture.device' },
      why: 'the price of a conversion comes from a device and its protocol',
      mend: 'name `architecture.device` and `architecture.protocol`',
    });
    return [];
  }
  const subject = {
    name: graph.name,
    graph,
    weights,
    mapping,
    converter,
    architecture,
    ...magnet,
    data: () => first,
  };
  const ideal: CostedConverter = { conversion: { kind: 'ideal' }, samples: 0 };
  return rowCosts(subject, path, [{ conversion: converter, samples }, ideal], {
    currents: () => currentsOf(profiles, converter),
  }).costs.map(storedCost);
}

function predictionsCsv({ scored, data }: ScoreResults): string {
  return csv(
    ['image', 'label', ...scored.map(({ row }) => `${row.converter} seed ${row.seed}`)],
    Array.from(data.labels, (label, i) => [
      data.first + i,
      label,
      ...scored.map(({ predictions }) => predictions[i]),
    ]),
  );
}
