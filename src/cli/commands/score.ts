import { resultsTable } from '../../experiment/run/results.js';
import { layersText } from '../../experiment/score/layer-findings.js';
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
  const { scored, costs, layers, measuredImages = 0, ablation } = results;
  print(
    [
      resultsTable(
        scored.map(({ row }) => row),
        costs,
      ),
      ...(layers ? ['', layersText(layers, measuredImages, ablation)] : []),
    ].join('\n'),
  );
  note(`report: ${run.out}/report.html`);
}
