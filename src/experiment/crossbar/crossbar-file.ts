import { dirname, relative, resolve } from 'node:path';
import {
  runCrossbarSpec,
  transferEnsemble,
  type CrossbarRun,
  type TransferEnsemble,
} from '../../crossbar/index.js';
import { writeNpy } from '../../formats/index.js';
import { csv, renderReport } from '../../report/index.js';
import { readBytes, readText } from '../node/files.js';
import { openOutputFolder } from '../node/output-folder.js';
import { plotlySource } from '../node/plotly-source.js';
import { applyOverrides } from '../overrides.js';
import type { RunOptions } from '../run/run-options.js';
import { reportOfCrossbar } from './report-of-crossbar.js';

/** A solved spec with the Monte Carlo over its chips, where it asks for one. */
export interface CrossbarResults {
  readonly title: string;
  readonly run: CrossbarRun;
  readonly ensemble?: TransferEnsemble;
}

/**
 * Solves a spec file and writes its report, currents, maps, T and netlist into the output folder. All input
 * is read and solved before the folder is touched.
 */
export async function crossbarFile(path: string, options: RunOptions): Promise<CrossbarResults> {
  const { executor, out, overrides, force, seed } = options;
  const text = readText(path, 'the crossbar spec');
  const run = runCrossbarSpec(text, {
    file: path,
    resolve: (name) =>
      new Uint8Array(readBytes(resolve(dirname(path), name), 'a file of the crossbar spec')),
    override: (data) => applyOverrides(data, overrides, path).data,
  });
  const { programmed, variation, spec, transfer } = run;
  const chips = spec.variation?.chips ?? 0;
  const ensemble =
    transfer && variation && chips > 0
      ? await transferEnsemble(programmed, variation, {
          executor,
          seed: seed ?? spec.variation?.seed ?? 1,
          chips,
        })
      : undefined;
  const title = relative(process.cwd(), path);
  const results: CrossbarResults = { title, run, ...(ensemble ? { ensemble } : {}) };
  const changes = overrides.map((override) => override.text);
  const files: Readonly<Record<string, string | Uint8Array>> = {
    ...run.files,
    ...(ensemble ? ensembleFiles(ensemble) : {}),
    'outputs.csv': outputsCsv(run),
    'crossbar.json': `${JSON.stringify(crossbarJson(results), null, 2)}\n`,
    'report.html': renderReport(reportOfCrossbar(results), plotlySource()),
  };
  const folder = openOutputFolder(out, { inputs: { 'crossbar file': text, changes, seed }, force });
  for (const [name, data] of Object.entries(files)) folder.write(name, data);
  folder.finish({
    format: 'spinbar.crossbar',
    command: `spinbar crossbar ${title} --out ${out}`,
    overrides: changes,
    configuration: spec,
  });
  return results;
}

function ensembleFiles({ outputs, inputs, mean, deviation }: TransferEnsemble) {
  const shape = [outputs, inputs];
  return {
    'transfer-mean.npy': writeNpy({ shape, data: mean }),
    'transfer-deviation.npy': writeNpy({ shape, data: deviation }),
  };
}

/** One row an input vector and output: current with and without wires (A). */
function outputsCsv({ solution, idealOutputs }: CrossbarRun): string {
  const outputs = idealOutputs.length / solution.vectors;
  return csv(
    ['vector', 'output', 'currentAmpere', 'withoutWiresAmpere'],
    Array.from(idealOutputs, (ideal, k) => [
      Math.floor(k / outputs),
      k % outputs,
      solution.outputs[k],
      ideal,
    ]),
  );
}

/** What `--json` prints: every output current, and how well it was solved. */
export function crossbarJson({ run, ensemble }: CrossbarResults) {
  const { crossbar, solution, idealOutputs, maps, power, transfer } = run;
  const { delivered, cells, wordLines, bitLines, drivers, loads } = power;
  return {
    rows: crossbar.rows,
    columns: crossbar.columns,
    vectors: solution.vectors,
    outputsAmpere: [...solution.outputs],
    withoutWiresAmpere: [...idealOutputs],
    columnCurrentsAmpere: [...solution.currents],
    largestVoltageDrop: largest(maps.voltageDrop),
    largestCellPowerWatt: largest(maps.cellPower),
    powerWatt: { delivered, cells, wordLines, bitLines, drivers, loads },
    status: solution.status,
    statistics: solution.statistics,
    ...(transfer
      ? {
          transfer: {
            outputs: transfer.outputs,
            inputs: transfer.inputs,
            errorEstimate: transfer.errorEstimate,
          },
        }
      : {}),
    ...(ensemble
      ? {
          monteCarlo: {
            chips: ensemble.chips,
            rootMeanSquareDeviation: rootMeanSquare(ensemble.deviation),
          },
        }
      : {}),
  };
}

const largest = (values: Float64Array): number =>
  values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);

const rootMeanSquare = (values: Float64Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
