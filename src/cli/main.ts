#!/usr/bin/env node
import { runCommandLine } from './program.js';
import { processTerminal } from './terminal.js';

/** The first Ctrl-C or SIGTERM asks the command to stop cleanly; a second one ends at once. */
const controller = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write('\nstopping cleanly; once more to end at once\n');
    controller.abort(new Error(`stopped by ${name}`));
  });
}

process.exitCode = await runCommandLine(
  process.argv.slice(2),
  processTerminal(),
  controller.signal,
);
