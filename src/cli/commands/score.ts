import { resultsTable } from '../../experiment/run/results.js';
import { runScore, scoreJson } from '../../experiment/score/run-score.js';
import { runOptions, type StretchOptions } from '../run-options.js';
import type { CommandContext } from '../context.js';

/** `spinbar run` of a file with `kind: network-score`: a network of one's own, by configuration alone. */
export async function scoreCommand(
  context: CommandContext,
  file: string,
  stretch: StretchOptions = {},
): Promise<void> {
  const { options, print, printJson, note } = context;
  const run = runOptions(context, file, stretch);
  const results = await runScore(file, run);
  if (options.json) return printJson(scoreJson(results));
  print(
    resultsTable(
      results.scored.map(({ row }) => row),
      results.costs,
    ),
  );
  note(`report: ${run.out}/report.html`);
}
