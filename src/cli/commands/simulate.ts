import {
  batchUnits,
  fromPlain,
  includeKey,
  mergeResults,
  rawFile,
  simulateUnits,
  simulationJson,
  type BatchInput,
  type BatchOutput,
  type BatchUnit,
  type NetlistSource,
  type SimulationResult,
} from '../../circuit/index.js';
import { EXIT, usageError, type Diagnostic, type ExitCode } from '../../errors/index.js';
import { readText } from '../../experiment/node/files.js';
import { plotlySource } from '../../experiment/node/plotly-source.js';
import { openOutputFolder } from '../../experiment/node/output-folder.js';
import { resolveInclude } from '../../experiment/node/resolve-include.js';
import type { Override } from '../../experiment/overrides.js';
import { analysisCsv, simulationText } from '../../experiment/simulation-text.js';
import { reportOfSimulation } from '../../experiment/simulate/report-of-simulation.js';
import { parseNetlist, type Netlist } from '../../netlist/index.js';
import { renderReport } from '../../report/index.js';
import type { CommandContext } from '../context.js';

/** What `simulate` understands beside the global options. */
export interface SimulateOptions {
  /** Vectors to keep, such as `v(out),i(v1)`; all where absent. */
  readonly save?: readonly string[];
  /** Form of the raw file that --out writes. */
  readonly raw: 'binary' | 'ascii';
  /** Monte Carlo trials: random parameters are drawn anew for each. */
  readonly trials?: number;
}

/** Seconds of work below which starting workers costs more than it saves. */
const WORTH_WORKERS_SECONDS = 2;

/**
 * `spinbar simulate NETLIST`: runs the netlist's analyses. Prints voltages and currents, or with --json
 * all of them; with --out writes simulation.json, simulation.raw and one CSV file for each analysis.
 */
export async function simulateCommand(
  context: CommandContext,
  file: string,
  { save, raw, trials }: SimulateOptions,
): Promise<ExitCode> {
  const { options, print, printJson, note, report } = context;
  const text = readText(file, 'the netlist');
  const { netlist, source } = readNetlist(text, file, options);
  const units = batchUnits(netlist, trials);
  const result = await runUnits(context, netlist, { source, units, ...(save ? { save } : {}) });
  const json = simulationJson(result);
  if (options.out !== undefined) {
    const inputs = { netlist: text, overrides: options.set, save, raw, trials };
    const folder = openOutputFolder(options.out, { inputs, force: options.force });
    folder.write('simulation.json', `${JSON.stringify(json)}\n`);
    folder.write('simulation.raw', rawFile(result.analyses, { title: result.title, format: raw }));
    for (const [index, analysis] of result.analyses.entries())
      folder.write(`${index + 1}-${analysis.kind}.csv`, analysisCsv(analysis));
    folder.write('report.html', renderReport(reportOfSimulation(result, file), plotlySource()));
    folder.finish({ command: 'simulate', netlist: file });
    note(`report: ${options.out}/report.html`);
  }
  for (const diagnostic of result.diagnostics) {
    if (diagnostic.severity === 'warning' || !options.quiet) report(diagnostic);
  }
  if (options.json) printJson(json);
  else print(simulationText(result));
  const failed = result.measures.filter(({ value }) => value === undefined);
  for (const { name, failure } of failed) report(failedMeasure(name, failure, file));
  return failed.length > 0 ? EXIT.failedParts : EXIT.ok;
}

/** Reads the netlist and keeps what it includes, so that workers can read it again. */
function readNetlist(
  text: string,
  file: string,
  { set, seed }: CommandContext['options'],
): { netlist: Netlist; source: NetlistSource } {
  const includes: Record<string, { file: string; text: string }> = {};
  const given = { parameters: parameterOverrides(set), ...(seed === undefined ? {} : { seed }) };
  const netlist = parseNetlist(text, {
    file,
    resolve: (path, from) => {
      const found = resolveInclude(path, from);
      if (found) includes[includeKey(path, from)] = found;
      return found;
    },
    ...given,
  });
  return { netlist, source: { text, file, includes, ...given } };
}

/**
 * Runs all units: the first one here, the rest by workers when that takes long enough or --threads asks
 * for them. The split never changes the result.
 */
async function runUnits(
  { options, executor, signal }: CommandContext,
  netlist: Netlist,
  { source, units, save }: BatchInput,
): Promise<SimulationResult> {
  const kept = save ? { save } : {};
  const started = performance.now();
  const first = simulateUnits(netlist, { units: units.slice(0, 1), ...kept });
  const seconds = (performance.now() - started) / 1e3;
  const rest = units.slice(1);
  const short = seconds * rest.length < WORTH_WORKERS_SECONDS && options.threads === undefined;
  if (rest.length === 0 || options.threads === 1 || short) {
    return mergeResults([first, simulateUnits(netlist, { units: rest, ...kept })]);
  }
  const pool = executor();
  const length = Math.ceil(rest.length / (4 * pool.threads));
  const inputs: BatchInput[] = [];
  for (let at = 0; at < rest.length; at += length) {
    const part: readonly BatchUnit[] = rest.slice(at, at + length);
    inputs.push({ source, units: part, ...kept });
  }
  const outputs = await pool.map<BatchInput, BatchOutput>('circuit.units', inputs, { signal });
  return mergeResults([first, ...outputs.map(fromPlain)]);
}

const failedMeasure = (name: string, failure: string | undefined, file: string): Diagnostic => ({
  severity: 'warning',
  code: 'cli.failed-measure',
  what: `measure ${name} found nothing`,
  where: { file },
  why: failure ?? 'its condition never came true',
  mend: 'check its thresholds and window, or simulate for longer',
});

/** `--set rload=2k`: top-level parameters of the netlist. */
function parameterOverrides(overrides: readonly Override[]): Record<string, number> {
  return Object.fromEntries(
    overrides.map(({ path, value, text }) => {
      if (path.length === 1 && typeof value === 'number') return [path[0].toLowerCase(), value];
      throw usageError({
        code: 'cli.invalid-parameter',
        what: `invalid --set: ${text}`,
        why: 'here it replaces a .param of the netlist, a plain number in SI units',
        mend: 'for example --set rload=2e3',
      });
    }),
  );
}
