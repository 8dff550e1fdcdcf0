import { costExperiment, costJson, costTable } from '../../experiment/cost/cost-experiment.js';
import { writeCostReport } from '../../experiment/cost/report-of-cost.js';
import { reportOfSweep } from '../../experiment/cost/report-of-sweep.js';
import { readSubject } from '../../experiment/cost/subject.js';
import { parseAxis, sweepCsv, sweepDesigns, sweepText } from '../../experiment/cost/sweep.js';
import { writeReportFolder } from '../../experiment/node/report-folder.js';
import type { CommandContext } from '../context.js';

/** `spinbar cost EXPERIMENT`: energy, latency and area beside ADC designs; with --out also the report. */
export async function costCommand(
  context: CommandContext,
  file: string,
  { sweep = [] }: { readonly sweep?: readonly string[] } = {},
): Promise<void> {
  const { options, print, printJson, note, executor, signal, report } = context;
  if (sweep.length > 0) return sweepCommand(context, file, sweep);
  const subject = await readSubject(file, { overrides: options.set, executor, signal, report });
  const results = costExperiment(subject, file);
  if (options.out !== undefined)
    note(`report: ${writeCostReport(results, { ...options, out: options.out, file })}`);
  if (options.json) return printJson(costJson(results));
  const { library, readout } = results.set;
  print(
    [
      `${subject.name}: one image through ${results.rows[0].cost.layers.length} layers; components ${library.library.name}, read-out ${readout.name}`,
      ...results.set.remarks,
      'E, t, A, EDP: how many times the first design is smaller',
      'TOPS/W, TOPS/mm2: 2 operations a multiply-accumulate of all layers; TOPS/mm2 at one image an interval',
      '',
      costTable(results.rows),
    ].join('\n'),
  );
}

/** `spinbar cost EXPERIMENT --sweep key=v1,v2 ...`: every combination priced, and what nothing beats. */
async function sweepCommand(
  { options, print, printJson, note, executor, signal, report }: CommandContext,
  file: string,
  sweep: readonly string[],
): Promise<void> {
  const results = await sweepDesigns(file, sweep.map(parseAxis), {
    overrides: options.set,
    executor,
    signal,
    report,
  });
  if (options.out !== undefined) {
    const quoted = [
      ...sweep.map((text) => `--sweep '${text}'`),
      ...options.set.map(({ text }) => `--set '${text}'`),
    ];
    const command = `spinbar cost ${file} ${quoted.join(' ')} --out ${options.out}`;
    const page = writeReportFolder(options.out, {
      force: options.force,
      format: 'spinbar.sweep',
      command,
      files: { 'sweep.csv': sweepCsv(results) },
      report: reportOfSweep(results, command),
    });
    note(`report: ${page}`);
  }
  if (options.json) printJson(results.points);
  else print(sweepText(results));
}
