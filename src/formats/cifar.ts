import { invalidInput } from '../errors/index.js';

/** Images as bytes (channels, height, width) one after the other, and their labels. */
export interface LabelledImages {
  readonly shape: readonly [number, number, number];
  readonly count: number;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

const PIXELS = 3 * 32 * 32;

/**
 * Reads CIFAR binary records (Krizhevsky 2009): label byte(s), then 1024 red, green and blue bytes each.
 * CIFAR-100 has a coarse label before the fine one; the fine one is taken. Throws `formats.cifar-length`.
 */
export function readCifar(
  bytes: Uint8Array,
  file: string,
  { labelBytes = 1 }: { readonly labelBytes?: 1 | 2 } = {},
): LabelledImages {
  const record = labelBytes + PIXELS;
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw invalidInput({
      code: 'formats.cifar-length',
      what: `truncated CIFAR file: ${bytes.length} bytes are not a whole number of ${record}-byte records`,
      where: { file },
      mend: `Want ${Math.ceil(bytes.length / record) * record} bytes; fetch the binary version again.`,
    });
  const count = bytes.length / record;
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    labels[i] = bytes[i * record + labelBytes - 1];
    pixels.set(bytes.subarray(i * record + labelBytes, (i + 1) * record), i * PIXELS);
  }
  return { shape: [3, 32, 32], count, pixels, labels };
}
