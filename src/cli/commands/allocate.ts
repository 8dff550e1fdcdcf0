import { allocateExperiment } from '../../experiment/allocate/allocate-experiment.js';
import { allocationText } from '../../experiment/allocate/allocation-table.js';
import { runOptions } from '../run-options.js';
import type { CommandContext } from '../context.js';

/** `spinbar allocate EXPERIMENT`: samples by layer under a budget; writes an experiment file that takes them. */
export async function allocateCommand(context: CommandContext, file: string): Promise<void> {
  const { options, print, printJson, note } = context;
  const run = runOptions(context, file);
  const out = options.out ?? `${file.replace(/\.ya?ml$/, '')}.allocated`;
  const results = await allocateExperiment(file, { ...run, out });
  if (options.json) return printJson(results);
  print(allocationText(results));
  note(`report: ${out}/report.html`);
}
