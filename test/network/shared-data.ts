import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'fflate';
import { readCifar, readSafetensors, type LabelledImages } from '../../src/formats/index.js';

const ROOT = new URL('../../../shared/data/', import.meta.url).pathname;

/** Whether the reference data lies beside the repository; prints why tests are skipped where it does not. */
export function haveShared(...files: readonly string[]): boolean {
  const missing = files.filter((file) => !existsSync(ROOT + file));
  if (missing.length > 0) console.log(`skipped: no ${missing.join(', ')} under ${ROOT}`);
  return missing.length === 0;
}

export const sharedBytes = (file: string): Uint8Array => new Uint8Array(readFileSync(ROOT + file));

export const sharedTensors = (file: string): ReturnType<typeof readSafetensors>['tensors'] =>
  readSafetensors(sharedBytes(file), file).tensors;

export const CIFAR_TEST = 'cifar10/test_batch.bin.gz';

export const cifarTest = (): LabelledImages =>
  readCifar(gunzipSync(sharedBytes(CIFAR_TEST)), CIFAR_TEST);
