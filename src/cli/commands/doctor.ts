import { EXIT } from '../../errors/index.js';
import { examineMachine, type CheckResult } from '../../experiment/node/doctor.js';
import type { CommandContext } from '../context.js';

const MARK: Readonly<Record<CheckResult['status'], string>> = {
  ok: 'ok     ',
  warning: 'warning',
  failed: 'FAILED ',
};

/** `spinbar doctor`: prints each check as it is made; exit code 5 where one failed. */
export async function doctor({ options, print, printJson, executor }: CommandContext) {
  const results = await examineMachine({
    executor: executor(),
    folder: process.cwd(),
    onResult: ({ name, status, found, mend }) => {
      if (options.json) return;
      print(`${MARK[status]} ${name}: ${found}`);
      if (mend !== undefined) print(`        mend: ${mend}`);
    },
  });
  if (options.json) printJson({ checks: results });
  return results.some(({ status }) => status === 'failed') ? EXIT.failedParts : EXIT.ok;
}
