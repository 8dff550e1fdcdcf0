import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { invalidInput } from '../../errors/index.js';
import { readNpy, readPng } from '../../formats/index.js';
import type { CifarPart } from './cifar-files.js';

/** Images of one part, with the names of their classes. */
export interface NamedPart extends CifarPart {
  readonly classNames: readonly string[];
}

/**
 * A folder of PNG files by class: FOLDER/CLASS/*.png, or FOLDER/train and FOLDER/test with classes in them.
 * Classes and files count in the order of their names. All images must be of one size.
 */
export function readImageFolder(folder: string, part: 'train' | 'test'): NamedPart {
  const root = existsSync(join(folder, part)) ? join(folder, part) : folder;
  const classNames = readdirSync(root)
    .filter((name) => statSync(join(root, name)).isDirectory())
    .sort();
  const files = classNames.flatMap((name, label) =>
    readdirSync(join(root, name))
      .filter((file) => file.toLowerCase().endsWith('.png'))
      .sort()
      .map((file) => ({ file: join(root, name, file), label })),
  );
  if (files.length === 0 || classNames.length > 256)
    throw invalidInput({
      code: 'experiment.data-not-found',
      what: files.length === 0 ? 'this folder has no images by class' : 'over 256 classes',
      where: { file: root },
      why: 'wanted are PNG files in one folder a class',
      mend: 'for example FOLDER/cat/1.png and FOLDER/dog/2.png',
    });
  let shape: readonly number[] = [];
  let pixels = new Uint8Array(0);
  for (const [i, { file }] of files.entries()) {
    const image = readPng(readFileSync(file), file);
    const own = [image.channels, image.height, image.width];
    if (i === 0) {
      shape = own;
      pixels = new Uint8Array(files.length * image.pixels.length);
    } else if (own.join() !== shape.join())
      throw invalidInput({
        code: 'experiment.data-mismatch',
        what: `an image of (${own.join(', ')}) among images of (${shape.join(', ')})`,
        where: { file },
        mend: 'bring all images to one size and colour',
      });
    pixels.set(image.pixels, i * image.pixels.length);
  }
  const labels = Uint8Array.from(files, ({ label }) => label);
  return { shape, pixels, labels, classNames, files: [root] };
}

/** images.npy (n, channels, height, width) or (n, height, width) of bytes, and labels.npy (n); by part where so named. */
export function readNpyFolder(folder: string, part: 'train' | 'test'): NamedPart {
  const [imageFile, labelFile] = ['images', 'labels'].map(
    (name) =>
      [`${part}-${name}.npy`, `${name}.npy`]
        .map((file) => join(folder, file))
        .find((file) => existsSync(file)) ?? join(folder, `${name}.npy`),
  );
  for (const file of [imageFile, labelFile])
    if (!existsSync(file))
      throw invalidInput({
        code: 'experiment.data-not-found',
        what: 'the arrays of the data set are not here',
        where: { file },
        mend: 'save images.npy (n, channels, height, width) of bytes and labels.npy (n)',
      });
  const images = readNpy(readFileSync(imageFile), imageFile);
  const labels = readNpy(readFileSync(labelFile), labelFile);
  const [count, ...rest] = images.shape;
  const shape = rest.length === 2 ? [1, ...rest] : rest;
  const bytes = (values: Float64Array): boolean =>
    values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255);
  if (
    shape.length !== 3 ||
    labels.data.length !== count ||
    !bytes(images.data) ||
    !bytes(labels.data)
  )
    throw invalidInput({
      code: 'experiment.data-mismatch',
      what: `images (${images.shape.join(', ')}) and labels (${labels.shape.join(', ')}) are no data set`,
      where: { file: imageFile },
      why: 'wanted are (n, channels, height, width) and (n), all of them whole numbers of 0 to 255',
    });
  const classes = labels.data.reduce((top, label) => Math.max(top, label), 0) + 1;
  return {
    shape,
    pixels: Uint8Array.from(images.data),
    labels: Uint8Array.from(labels.data),
    classNames: Array.from({ length: classes }, (_, label) => String(label)),
    files: [imageFile, labelFile],
  };
}
