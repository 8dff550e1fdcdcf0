import { costExperiment, costJson, costTable } from '../../experiment/cost/cost-experiment.js';
import { writeCostReport } from '../../experiment/cost/report-of-cost.js';
import { readSubject } from '../../experiment/cost/subject.js';
import type { CommandContext } from '../context.js';

/** `spinbar cost EXPERIMENT`: energy, latency and area beside ADC designs; with --out also the report. */
export async function costCommand(context: CommandContext, file: string): Promise<void> {
  const { options, print, printJson, note, executor, signal, report } = context;
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
