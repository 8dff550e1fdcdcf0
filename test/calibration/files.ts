import { readFileSync } from 'node:fs';
import { parseProtocol, type Protocol } from '../../src/calibration/index.js';
import { parseDevice, type Device } from '../../src/magnetics/index.js';

const read = (path: string): string =>
  readFileSync(new URL(`../../devices/${path}`, import.meta.url), 'utf8');

/** A committed device file. */
export const deviceFile = (name: string): Device => parseDevice(read(`${name}.yaml`), name);

/** A committed protocol file. */
export const protocolFile = (name: string): Protocol =>
  parseProtocol(read(`protocols/${name}.yaml`), `${name}.yaml`);

export const curveText = (name: string): string => read(`curves/${name}.json`);
