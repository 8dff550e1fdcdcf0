import { surfaceFile } from '../../experiment/magnet/surface-file.js';
import { runOptions } from '../run-options.js';
import type { CommandContext } from '../context.js';

/** `spinbar surface PLAN`: P_sw over current, pulse width, temperature and corner, with its report. */
export async function surfaceCommand(context: CommandContext, file: string): Promise<void> {
  const { options, print, printJson, note } = context;
  const run = runOptions(context, file);
  const { surface, text } = await surfaceFile(file, run);
  if (options.json) printJson(surface);
  else print(text);
  note(`report: ${run.out}/report.html`);
}
