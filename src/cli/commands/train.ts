import { trainExperiment } from '../../experiment/run/train-experiment.js';
import { textTable } from '../../experiment/text-table.js';
import { runOptions } from '../run-options.js';
import type { CommandContext } from '../context.js';

/** `spinbar train EXPERIMENT`: trains its float and its stochastic network into the output folder. */
export async function trainCommand(context: CommandContext, file: string): Promise<void> {
  const { options, print, printJson, note } = context;
  const summary = await trainExperiment(file, runOptions(context, file));
  if (options.json) return printJson(summary);
  for (const name of ['float', 'stochastic'] as const) {
    const rows = summary[name].map(({ epoch, loss, accuracy, validationAccuracy }) => [
      `${name} ${epoch + 1}`,
      loss.toFixed(4),
      (100 * accuracy).toFixed(2),
      Number.isNaN(validationAccuracy) ? '-' : (100 * validationAccuracy).toFixed(2),
    ]);
    print(textTable(['epoch', 'loss', 'training %', 'held out %'], rows));
  }
  note(`wrote ${summary.folder}`);
}
