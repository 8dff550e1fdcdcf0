import type { SwitchingCurve } from '../../calibration/index.js';
import { csv, renderReport } from '../../report/index.js';
import type { Diagnostic } from '../../errors/index.js';
import type { Mapping, WireError } from '../../network/index.js';
import { firstImages, readDataset, type Dataset } from '../node/datasets.js';
import { folderInputs, loadExperiment, type LoadedExperiment } from '../node/load-experiment.js';
import { readModel, type LoadedModel } from '../node/model-folder.js';
import { openOutputFolder } from '../node/output-folder.js';
import { plotlySource } from '../node/plotly-source.js';
import { resolveInclude } from '../node/resolve-include.js';
import { invalidInput } from '../../errors/index.js';
import type { StochasticModel } from '../model.js';
import { PROFILED_IMAGES } from '../cost/column-currents.js';
import { rowCosts, storedCost, type StoredCost } from '../cost/row-costs.js';
import { checkSampleLayers, meanSamples } from './mean-samples.js';
import { calibrationStage, type StageContext } from './calibration-stage.js';
import { checkpointed } from './checkpointed.js';
import { rowAgreement } from '../score/layer-findings.js';
import { pointsCsv } from './curve-csv.js';
import {
  asTrained,
  effectiveMapping,
  effectiveWires,
  mappingDifferences,
  withGains,
} from './effective-mapping.js';
import { mtjOf } from './mtj-of.js';
import { arrayFigures, solveNetlist, type NetlistReport } from './netlist-stage.js';
import { layerStage, type LayerReport } from './layer-stage.js';
import { reportOfRun } from './report-of-run.js';
import { converterLabel, resultsCsv, summariseSeeds, type ResultRow } from './results.js';
import { commandLine, type RunOptions } from './run-options.js';
import { scoreStage, sweepsOf, type ScoredRow, type ScoreJob } from './score-stage.js';
import { examineTiles, type TileReport } from './tile-stage.js';
import { wiredStage } from './wired-stage.js';

/** Everything a run found out: what the report shows and results.json keeps. */
export interface RunResults {
  readonly experiment: LoadedExperiment['experiment'];
  readonly device: LoadedExperiment['device'];
  readonly netlist: NetlistReport;
  readonly curve: SwitchingCurve;
  readonly mapping: Mapping;
  readonly tiles: TileReport;
  readonly scored: readonly ScoredRow[];
  /** What one image costs, by converter and samples. */
  readonly costs: readonly StoredCost[];
  /** What the wires do to the partial sums of each layer; empty without `wires`. */
  readonly wireErrors: readonly WireError[];
  /** The last row's converter, layer by layer. */
  readonly layers: LayerReport | undefined;
  readonly data: Dataset;
  readonly warnings: readonly Diagnostic[];
  readonly inputs: LoadedExperiment['inputs'];
  readonly command: string;
  readonly inputHash: string;
}

/**
 * The whole journey of one experiment: solves the netlist, calibrates the device, derives the currents
 * of every tile, scores the network with every converter, and writes results, CSV files, a manifest and
 * the report into the output folder. All input is read and checked before the folder is touched.
 * Throws a note with exit code 75 when stopped; the same command with --resume goes on bit for bit.
 */
export async function runExperiment(path: string, options: RunOptions): Promise<RunResults> {
  const { executor, progress, signal, out, overrides, resume, force } = options;
  const warnings: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    warnings.push(diagnostic);
    options.report(diagnostic);
  };
  const loaded = withSeed(loadExperiment(path, overrides), options.seed);
  loaded.changes.forEach(report);
  const { experiment, netlist, resolvePath } = loaded;
  const float = readModel(resolvePath(experiment.model.float), 'the float model');
  const stochasticPath = resolvePath(experiment.model.stochastic);
  const model = readModel(stochasticPath, 'the stochastic model');
  const stochastic = stochasticPart(model, stochasticPath);
  experiment.samples.forEach((samples, i) => {
    checkSampleLayers(samples, model.graph, { file: path, keyPath: `samples[${i}]` });
  });
  const { folder: dataFolder, ...data } = experiment.data;
  const images = readDataset({
    ...data,
    part: 'test',
    folder: dataFolder === undefined ? undefined : resolvePath(dataFolder),
  });
  const solved = solveNetlist(netlist.text, netlist.path, resolveInclude);
  solved.diagnostics.filter(({ severity }) => severity === 'warning').forEach(report);
  const figures = arrayFigures(solved.found);
  const mapping = asTrained(effectiveMapping(experiment, figures), stochastic);
  mappingDifferences(mapping, stochastic, path).forEach(report);

  const inputs = [
    ...loaded.inputs,
    ...[...float.files, ...model.files].map((file) => ({ role: 'model', ...file })),
  ];
  const folder = openOutputFolder(out, {
    inputs: {
      command: 'run',
      ...folderInputs(inputs, overrides),
      seed: experiment.seed,
      'data files': images.files,
    },
    resume,
    force,
  });
  const context: StageContext = { executor, progress, signal, folder };
  const command = commandLine('run', path, options);
  try {
    const curve = await calibrationStage(loaded, context);
    const gained = withGains(mapping, curve, stochastic);
    const wires = effectiveWires(experiment, figures);
    const { graph, weights } = model;
    const tiles = examineTiles({ graph, weights, mapping: gained, wires, seed: experiment.seed });
    const scored: ScoredRow[] = [];
    const jobs = scoreJobs(experiment, { float, model, mapping, gained, curve });
    const { costs } = rowCosts(
      {
        name: experiment.name,
        graph,
        weights,
        mapping: gained,
        converter: mtjOf(experiment, curve, experiment.samples[0]),
        architecture: experiment.architecture,
        magnet: { device: loaded.device, protocol: loaded.protocol },
        data: () => firstImages(images, PROFILED_IMAGES),
      },
      path,
      jobs.flatMap(({ conversion, samples }) => (conversion ? [{ conversion, samples }] : [])),
    );
    const layers = await layerStage(jobs, images, {
      allow: experiment.allowOutside,
      ablation: experiment.ablation.images,
      file: path,
      context,
      report,
    });
    for (const sweep of sweepsOf(jobs)) scored.push(...(await scoreStage(sweep, images, context)));
    const wireErrors = experiment.wires
      ? await wiredStage(jobs, wires, { images, context, scored })
      : [];
    const results: RunResults = {
      experiment,
      device: loaded.device,
      netlist: solved,
      curve,
      mapping: gained,
      tiles,
      scored,
      costs: costs.map(storedCost),
      wireErrors,
      layers,
      data: images,
      warnings,
      inputs,
      command,
      inputHash: folder.inputHash,
    };
    const rows = scored.map(({ row }) => row);
    folder.write('results.json', `${JSON.stringify(resultsJson(results), null, 2)}\n`);
    folder.write('results.csv', resultsCsv(rows));
    folder.write('predictions.csv', predictionsCsv(scored, images));
    folder.write('switching-points.csv', pointsCsv(curve));
    folder.write('curve.json', `${JSON.stringify(curve, null, 1)}\n`);
    folder.write('report.html', renderReport(reportOfRun(results), plotlySource()));
    folder.finish({
      format: 'spinbar.run',
      command,
      seed: experiment.seed,
      seeds: experiment.seeds,
      threads: executor.threads,
      node: process.versions.node,
      finishedAt: new Date().toISOString(),
      inputs,
      overrides: overrides.map(({ text }) => text),
      configuration: experiment,
      mapping: gained,
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

const withSeed = (loaded: LoadedExperiment, seed: number | undefined): LoadedExperiment =>
  seed === undefined
    ? loaded
    : {
        ...loaded,
        experiment: {
          ...loaded.experiment,
          seed,
          seeds: loaded.experiment.seeds.map((_, k) => seed + k),
        },
      };

function stochasticPart({ stochastic }: LoadedModel, file: string): StochasticModel {
  if (stochastic) return stochastic;
  throw invalidInput({
    code: 'experiment.not-stochastic',
    what: 'this model was not trained through stochastic partial sums',
    where: { file },
    why: 'its model.json has no gains of its layers',
    mend: 'train one with `spinbar train`, or name its folder in model.stochastic',
  });
}

/** Float and ideal rows use the float network; sign and MTJ rows the one trained through partial sums. */
function scoreJobs(
  experiment: RunResults['experiment'],
  parts: {
    readonly float: LoadedModel;
    readonly model: LoadedModel;
    readonly mapping: Mapping;
    readonly gained: Mapping;
    readonly curve: SwitchingCurve;
  },
): ScoreJob[] {
  const { samples, seeds } = experiment;
  const { float, model, mapping, gained, curve } = parts;
  const twin = { graph: float.graph, weights: float.weights, samples: 0, seed: seeds[0] };
  const stochastic = { graph: model.graph, weights: model.weights, mapping: gained };
  return [
    { ...twin, converter: 'float' },
    { ...twin, converter: 'ideal', mapping, conversion: { kind: 'ideal' } },
    { ...stochastic, converter: 'sign', samples: 0, seed: seeds[0], conversion: { kind: 'sign' } },
    ...samples.flatMap((count) => {
      const conversion = mtjOf(experiment, curve, count);
      const mean = meanSamples(model, gained, conversion);
      return seeds.map((seed): ScoreJob => ({
        ...stochastic,
        converter: 'mtj',
        samples: mean,
        seed,
        conversion,
      }));
    }),
  ];
}

/** results.json: the rows, their summary over seeds, and the checks of the hand-overs. */
export function resultsJson(results: RunResults) {
  const { scored, costs, netlist, curve, tiles, mapping, wireErrors, layers } = results;
  const rows: readonly ResultRow[] = scored.map(({ row }) => row);
  return {
    rows,
    summary: summariseSeeds(rows),
    costs,
    agreement: rowAgreement(scored, results.data),
    ...(layers ?? {}),
    ...(wireErrors.length > 0 ? { wireErrors } : {}),
    handOvers: {
      netlist: {
        columns: netlist.circuitCurrents.length,
        circuitCurrentsAmpere: [...netlist.circuitCurrents],
        crossbarCurrentsAmpere: [...netlist.crossbarCurrents],
        largestRelativeDeviation: netlist.largestDeviation,
      },
      calibration: {
        curve: curve.name,
        model: curve.fit.model,
        centreAmpere: curve.fit.centreAmpere,
        widthAmpere: curve.fit.widthAmpere,
        pValue: curve.fit.goodness.pValue,
      },
      tiles: {
        layers: tiles.layers,
        currentsChecked: tiles.currents,
        largestRelativeDeviation: tiles.largestDeviation,
        largestCurrentLossByWires: tiles.map.largestCurrentLoss,
      },
      gains: Object.fromEntries(
        Object.entries(mapping.layers ?? {}).map(([layer, { gain }]) => [layer, gain]),
      ),
    },
  };
}

/** Every image's label and the class each row gave it. */
function predictionsCsv(scored: readonly ScoredRow[], { labels, first }: Dataset): string {
  const header = scored.map(({ row }) => `${converterLabel(row)} seed ${row.seed}`);
  return csv(
    ['image', 'label', ...header],
    Array.from(labels, (label, i) => [
      first + i,
      label,
      ...scored.map(({ predictions }) => predictions[i]),
    ]),
  );
}
