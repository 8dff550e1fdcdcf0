/** Runs a TypeScript file as it is: `node tools/run.mjs bench/network/resnet20.ts [arguments]`. */
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

await runnerImport(resolve(process.argv[2]), { logLevel: 'error' });
