import { openOutputFolder } from '../../experiment/node/output-folder.js';
import { resultsCsv, resultsTable, summariseSeeds } from '../../experiment/run/results.js';
import {
  mergedPredictionsCsv,
  mergedRows,
  readShards,
  writeShard,
} from '../../experiment/score/shard-file.js';
import type { CommandContext } from '../context.js';

/** `spinbar merge DIR...`: joins shards of a scored network file, exactly as one run would have scored it. */
export async function mergeCommand(
  { options, print, printJson, note }: CommandContext,
  folders: readonly string[],
): Promise<void> {
  const shards = readShards(folders);
  const merged = mergedRows(shards);
  const rows = merged.map(({ row }) => row);
  const out = options.out ?? 'merged.out';
  const folder = openOutputFolder(out, { inputs: { shards }, force: options.force });
  folder.write(
    'results.json',
    `${JSON.stringify({ rows, summary: summariseSeeds(rows) }, null, 2)}\n`,
  );
  folder.write('results.csv', resultsCsv(rows));
  folder.write('predictions.csv', mergedPredictionsCsv(merged));
  writeShard(folder, { ...shards[0], rows: merged });
  folder.finish({
    format: 'spinbar.score',
    command: `spinbar merge ${folders.join(' ')} --out ${out}`,
    shards: folders,
    title: shards[0].title,
  });
  if (options.json) printJson({ rows, summary: summariseSeeds(rows) });
  else print(resultsTable(rows));
  note(`merged: ${out}`);
  return Promise.resolve();
}
