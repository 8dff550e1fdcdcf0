import { resultsJson, runExperiment } from '../../experiment/run/run-experiment.js';
import { resultsTable } from '../../experiment/run/results.js';
import { layersText } from '../../experiment/score/layer-findings.js';
import { kindOfFile } from '../../experiment/node/kind-of-file.js';
import { usageError } from '../../errors/index.js';
import { runOptions, type StretchOptions } from '../run-options.js';
import type { CommandContext } from '../context.js';
import { scoreCommand } from './score.js';

/**
 * `spinbar run EXPERIMENT`: from the netlist to the accuracy; prints the table, writes the folder. A file that
 * says `kind: network-score` is a network of one's own without netlist and device.
 */
export async function runCommand(
  context: CommandContext,
  file: string,
  stretch: StretchOptions = {},
): Promise<void> {
  if (kindOfFile(file) === 'network-score') return scoreCommand(context, file, stretch);
  if (stretch.shard !== undefined)
    throw usageError({
      code: 'cli.no-shards',
      what: 'only network files (kind: network-score) are scored in shards',
      mend: 'leave out --shard, or name a stretch with --images',
    });
  const { options, print, printJson, note } = context;
  const run = runOptions(context, file, stretch);
  const results = await runExperiment(file, run);
  if (options.json) return printJson(resultsJson(results));
  const { netlist, tiles, curve, layers } = results;
  print(
    [
      `netlist   ${netlist.circuitCurrents.length} column currents, circuit engine against crossbar solver: ${netlist.largestDeviation.toExponential(1)}`,
      `magnet    ${curve.name}: ${curve.fit.model}, width ${(curve.fit.widthAmpere * 1e6).toPrecision(4)} uA, p = ${curve.fit.goodness.pValue.toPrecision(2)}`,
      `arrays    ${tiles.currents} column currents of all tiles against V (G_on - G_off) PS: ${tiles.largestDeviation.toExponential(1)}`,
      '',
      resultsTable(
        results.scored.map(({ row }) => row),
        results.costs,
      ),
      ...(layers ? ['', layersText(layers.layers, layers.measuredImages, layers.ablation)] : []),
    ].join('\n'),
  );
  note(`report: ${run.out}/report.html`);
}
