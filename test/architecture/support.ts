import { readFileSync } from 'node:fs';
import {
  componentLibrarySchema,
  type ComponentLibrary,
  type Design,
} from '../../src/architecture/index.js';
import { parseDocument } from '../../src/units/index.js';
import { resnet20Work } from './resnet20-work.js';

/** A component set of the package that stands on no other. */
export const library = (name = 'isaac-32nm'): ComponentLibrary =>
  parseDocument(
    componentLibrarySchema,
    readFileSync(new URL(`../../devices/components/${name}.yaml`, import.meta.url), 'utf8'),
    `${name}.yaml`,
  );

const base = {
  mode: 'pipelined',
  arraysPerTile: 96,
  hopsPerByte: 1,
  settleSecond: 1e-9,
  shiftAddUnits: 16,
  digitalUnits: 256,
} as const;

/** ResNet-20 on magnets of a plain price, and on ADCs. */
export const magnets = (change: object = {}, rows = 128): Design => ({
  name: 'magnets',
  works: resnet20Work(rows, change),
  library: library(),
  organisation: {
    ...base,
    converter: {
      kind: 'mtj',
      columnsPerConverter: 1,
      price: {
        presetJoule: 130e-15,
        writeJoule: 1e-15,
        readJoule: 5e-15,
        sampleSecond: 5e-9,
        areaSquareMetre: 1.5e-12,
      },
    },
  },
});
export const adcs = (bits: number | 'full' = 'full', rows = 128): Design => ({
  ...magnets({}, rows),
  name: 'ADC',
  organisation: {
    ...base,
    shiftAddUnits: 1,
    settleSecond: undefined,
    converter: { kind: 'adc', bits, columnsPerConverter: Math.min(128, rows) },
  },
});
