/** Makes the built command executable. */
import { chmodSync, existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
if (existsSync(main)) chmodSync(main, 0o755);
