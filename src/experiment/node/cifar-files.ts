import { existsSync, readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { invalidInput } from '../../errors/index.js';
import {
  readCifar,
  readCifarPython,
  readTar,
  type LabelledImages,
  type TarEntry,
} from '../../formats/index.js';

/** How the two sets are published: names of files, folders and archives. */
const FORMS = {
  cifar10: {
    labelBytes: 1,
    train: [1, 2, 3, 4, 5].map((k) => `data_batch_${k}`),
    test: ['test_batch'],
    folders: ['.', 'cifar-10-batches-bin', 'cifar-10-batches-py'],
    archives: ['cifar-10-binary.tar.gz', 'cifar-10-python.tar.gz'],
  },
  cifar100: {
    labelBytes: 2,
    train: ['train'],
    test: ['test'],
    folders: ['.', 'cifar-100-binary', 'cifar-100-python'],
    archives: ['cifar-100-binary.tar.gz', 'cifar-100-python.tar.gz'],
  },
} as const;

/** The largest official archive is 190 MB unpacked: beyond this it is a bomb. */
const LARGEST = 512 * 2 ** 20;

export interface CifarPart {
  readonly shape: readonly number[];
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly files: readonly string[];
}

/**
 * Reads one part of CIFAR-10 or CIFAR-100 from a folder (binary or Python version, plain or .gz, unpacked or
 * with the official archive in it) or from an archive. Throws invalidInput saying what was looked for.
 */
export function readCifarFiles(
  place: string,
  set: 'cifar10' | 'cifar100',
  part: 'train' | 'test',
): CifarPart {
  const form = FORMS[set];
  const stems: readonly string[] = form[part];
  if (statSync(place).isFile()) return fromArchive(place, stems, form.labelBytes);
  const whole = (names: readonly string[]): boolean => names.every((name) => existsSync(name));
  for (const folder of form.folders)
    for (const ending of ['.bin', '.bin.gz', '']) {
      const files = stems.map((stem) => join(place, folder, `${stem}${ending}`));
      if (!whole(files) || files.some((file) => !statSync(file).isFile())) continue;
      return joined(
        files.map((file) =>
          batch(file.endsWith('.gz') ? unzipped(file) : readFileSync(file), file, form.labelBytes),
        ),
        files,
      );
    }
  const archive = form.archives.map((name) => join(place, name)).find((file) => existsSync(file));
  if (archive !== undefined) return fromArchive(archive, stems, form.labelBytes);
  throw invalidInput({
    code: 'experiment.data-not-found',
    what: `the ${part} images of ${set} are not in this folder`,
    where: { file: place },
    why: `looked for ${stems.map((stem) => `${stem}.bin`).join(', ')} (or .bin.gz, or the Python version), in it and in ${form.folders.slice(1).join(', ')}, and for ${form.archives.join(' or ')}`,
    mend: `run \`spinbar data ${set} --dir ${place}\`, which says what is there and how to get the rest`,
  });
}

function fromArchive(file: string, stems: readonly string[], labelBytes: 1 | 2): CifarPart {
  const entries = readTar(unzipped(file), file);
  const batches = stems.map((stem) => {
    const entry = entries.find(({ name }) => isBatch(name, stem));
    if (!entry)
      throw invalidInput({
        code: 'experiment.data-not-found',
        what: `the archive has no ${stem}`,
        where: { file },
        why: `it holds ${listed(entries)}`,
        mend: 'get the official archive',
      });
    return batch(entry.bytes, `${file}: ${entry.name}`, labelBytes);
  });
  return joined(batches, [file]);
}

const isBatch = (name: string, stem: string): boolean => {
  const base = name.split('/').at(-1);
  return base === stem || base === `${stem}.bin`;
};

const listed = (entries: readonly TarEntry[]): string =>
  entries
    .slice(0, 8)
    .map(({ name }) => name)
    .join(', ');

/** Pickles start with the protocol opcode 0x80, which no label reaches. */
const batch = (bytes: Uint8Array, file: string, labelBytes: 1 | 2): LabelledImages =>
  bytes[0] === 0x80 ? readCifarPython(bytes, file) : readCifar(bytes, file, { labelBytes });

function unzipped(file: string): Uint8Array {
  try {
    return gunzipSync(readFileSync(file), { maxOutputLength: LARGEST });
  } catch (error) {
    throw invalidInput({
      code: 'experiment.invalid-gzip',
      what: 'this file cannot be decompressed',
      where: { file },
      why: (error as Error).message,
      mend: 'get it anew from its source',
    });
  }
}

function joined(batches: readonly LabelledImages[], files: readonly string[]): CifarPart {
  const count = batches.reduce((sum, own) => sum + own.count, 0);
  const pixels = new Uint8Array(count * 3072);
  const labels = new Uint8Array(count);
  let at = 0;
  for (const own of batches) {
    pixels.set(own.pixels, at * 3072);
    labels.set(own.labels, at);
    at += own.count;
  }
  return { shape: [3, 32, 32], pixels, labels, files };
}
