import { gunzipSync } from 'fflate';
import { existsSync, readFileSync } from 'node:fs';
import { readCifar, readSafetensors, type LabelledImages } from '../../src/formats/index.js';
import type { Weights } from '../../src/network/index.js';

const ROOT = new URL('../../../shared/data/', import.meta.url).pathname;

/** Reference data of the bench; says what is missing and ends the run where it is absent. */
export function sharedFile(name: string): Uint8Array {
  if (!existsSync(ROOT + name)) {
    console.error(`skipped: no ${ROOT}${name}`);
    process.exit(0);
  }
  return new Uint8Array(readFileSync(ROOT + name));
}

export const sharedWeights = (name: string): Weights =>
  readSafetensors(sharedFile(name), name).tensors;

export const cifarTestSet = (): LabelledImages =>
  readCifar(gunzipSync(sharedFile('cifar10/test_batch.bin.gz')), 'test_batch.bin.gz');
