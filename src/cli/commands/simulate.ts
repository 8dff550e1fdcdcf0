import { rawFile, selectVectors, simulate, simulationJson } from '../../circuit/index.js';
import { EXIT, usageError, type Diagnostic, type ExitCode } from '../../errors/index.js';
import { readText, sha256 } from '../../experiment/node/files.js';
import { openOutputFolder } from '../../experiment/node/output-folder.js';
import { resolveInclude } from '../../experiment/node/resolve-include.js';
import { VERSION } from '../../experiment/node/version.js';
import type { Override } from '../../experiment/overrides.js';
import { analysisCsv, simulationText } from '../../experiment/simulation-text.js';
import { elaborate, parseNetlist } from '../../netlist/index.js';
import type { CommandContext } from '../context.js';

/** What `simulate` understands beside the global options. */
export interface SimulateOptions {
  /** Vectors to keep, such as `v(out),i(v1)`; all where absent. */
  readonly save?: readonly string[];
  /** Form of the raw file that --out writes. */
  readonly raw: 'binary' | 'ascii';
}

/**
 * `spinbar simulate NETLIST`: runs the netlist's analyses. Prints voltages and currents, or with --json
 * all of them; with --out writes simulation.json, simulation.raw and one CSV file for each analysis.
 */
export function simulateCommand(
  { options, print, printJson, report }: CommandContext,
  file: string,
  { save, raw }: SimulateOptions,
): Promise<ExitCode> {
  const text = readText(file, 'the netlist');
  const netlist = parseNetlist(text, {
    file,
    resolve: resolveInclude,
    parameters: parameterOverrides(options.set),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  const whole = simulate(elaborate(netlist), {
    reelaborate: (replaced) => elaborate(netlist, replaced),
  });
  const result = save ? selectVectors(whole, save) : whole;
  const json = simulationJson(result);
  if (options.out !== undefined) {
    const inputHash = sha256(JSON.stringify([VERSION, text, options.set, save, raw]));
    const folder = openOutputFolder(options.out, { inputHash, force: options.force });
    folder.write('simulation.json', `${JSON.stringify(json)}\n`);
    folder.write('simulation.raw', rawFile(result.analyses, { title: result.title, format: raw }));
    for (const [index, analysis] of result.analyses.entries())
      folder.write(`${index + 1}-${analysis.kind}.csv`, analysisCsv(analysis));
    folder.finish({ command: 'simulate', version: VERSION, netlist: file, inputHash });
  }
  for (const diagnostic of result.diagnostics) {
    if (diagnostic.severity === 'warning' || !options.quiet) report(diagnostic);
  }
  if (options.json) printJson(json);
  else print(simulationText(result));
  const failed = result.measures.filter(({ value }) => value === undefined);
  for (const { name, failure } of failed) report(failedMeasure(name, failure, file));
  return Promise.resolve(failed.length > 0 ? EXIT.failedParts : EXIT.ok);
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
