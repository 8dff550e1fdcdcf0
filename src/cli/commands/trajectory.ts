import { trajectoryFile } from '../../experiment/magnet/trajectory-file.js';
import { usageError } from '../../errors/index.js';
import { quantityOption } from '../quantity-option.js';
import { runOptions } from '../run-options.js';
import type { CommandContext } from '../context.js';

export interface TrajectoryCommandOptions {
  readonly protocol?: string;
  readonly current?: string;
  readonly method?: 'auto' | 'adaptive' | 'heun' | 'midpoint';
  readonly cold?: boolean;
  readonly tilt?: string;
}

/** `spinbar trajectory DEVICE --protocol FILE --current I`: one magnet through a protocol, with its report. */
export async function trajectoryCommand(
  context: CommandContext,
  file: string,
  {
    protocol,
    current = '0 A',
    method = 'auto',
    cold = false,
    tilt = '1 deg',
  }: TrajectoryCommandOptions,
): Promise<void> {
  if (protocol === undefined)
    throw usageError({
      code: 'cli.missing-option',
      what: 'missing --protocol FILE',
      why: 'a trajectory needs to know what is done to the magnet',
      mend: 'for example --protocol devices/protocols/hard-axis-preset.yaml --current "5 uA"',
    });
  const { options, print, printJson, note } = context;
  const run = runOptions(context, file);
  const results = await trajectoryFile(file, protocol, {
    ...run,
    currentAmpere: quantityOption('--current', current, 'current'),
    ...(method === 'auto' ? {} : { method }),
    cold,
    tiltRadian: quantityOption('--tilt', tilt, 'none'),
  });
  if (options.json) printJson(results.summary);
  else print(results.text);
  note(`report: ${run.out}/report.html`);
}
