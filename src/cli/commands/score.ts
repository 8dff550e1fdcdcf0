import { scoreFile } from '../../experiment/score/score-file.js';
import type { CommandContext } from '../context.js';

/** `spinbar score FILE`: the accuracy of a network of one's own, by configuration alone. */
export async function scoreCommand(context: CommandContext, file: string): Promise<void> {
  const { options, print, printJson, progress, signal, executor } = context;
  const rows = await scoreFile(file, {
    executor: executor(),
    progress,
    signal,
    overrides: options.set,
  });
  if (options.json) return printJson({ rows });
  const percent = (value: number): string => (100 * value).toFixed(2);
  for (const { converter, seed, accuracy, interval, images, topFive, conversionsPerImage } of rows)
    print(
      `${converter.padEnd(12)} seed ${seed}  ${percent(accuracy)} % [${interval.map(percent).join(', ')}] ` +
        `of ${images}, top five ${percent(topFive)} %, ${conversionsPerImage} conversions an image`,
    );
  const mean = rows.reduce((sum, row) => sum + row.accuracy, 0) / rows.length;
  const squares = rows.reduce((sum, row) => sum + (row.accuracy - mean) ** 2, 0);
  if (rows.length > 1)
    print(
      `mean ${percent(mean)} %, standard deviation ${percent(Math.sqrt(squares / (rows.length - 1)))} points over ${rows.length} seeds`,
    );
}
