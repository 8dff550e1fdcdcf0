import { unzlibSync } from 'fflate';
import { invalidInput } from '../errors/index.js';

/** An image as bytes, (channels, height, width): 1 channel where it is grey, else red, green, blue. */
export interface PngImage {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Samples of a pixel by colour type: grey, RGB, palette, grey with alpha, RGBA. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const LARGEST = 2 ** 26;

/**
 * Reads a PNG of 8 bits a sample, not interlaced (ISO/IEC 15948); alpha is dropped. Throws `formats.png`.
 */
export function readPng(bytes: Uint8Array, file: string): PngImage {
  const refuse = (what: string): Error =>
    invalidInput({
      code: 'formats.png',
      what,
      where: { file },
      mend: 'save it as PNG of 8 bits a sample, not interlaced',
    });
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) throw refuse('this is not a PNG file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  let palette = new Uint8Array(0);
  let [width, height, samples, colour] = [0, 0, 0, 0];
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) throw refuse('the image is cut off');
    const length = view.getUint32(at);
    const kind = new TextDecoder().decode(bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) throw refuse('the image is cut off');
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (kind === 'IHDR') {
      [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      colour = data[9];
      samples = SAMPLES[colour] ?? 0;
      if (data[8] !== 8 || samples === 0 || data[12] !== 0)
        throw refuse(
          `${data[8]} bits a sample, colour type ${colour}, interlace ${data[12]} is not read`,
        );
    } else if (kind === 'PLTE') palette = Uint8Array.from(data);
    else if (kind === 'IDAT') parts.push(data);
    else if (kind === 'IEND') break;
    at += 12 + length;
  }
  const row = width * samples;
  const wanted = height * (row + 1);
  if (wanted === 0 || wanted > LARGEST) throw refuse(`${width} x ${height} pixels are not read`);
  const lines = inflated(parts, wanted);
  if (lines === undefined) throw refuse('its pixels cannot be decompressed to its size');
  unfilter(lines, height, row, samples);
  const channels = colour === 0 || colour === 4 ? 1 : 3;
  const pixels = new Uint8Array(channels * width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      for (let c = 0; c < channels; c += 1) {
        const from = y * (row + 1) + 1 + x * samples;
        const value = colour === 3 ? (palette[3 * lines[from] + c] ?? 0) : lines[from + c];
        pixels[(c * height + y) * width + x] = value;
      }
  return { channels, height, width, pixels };
}

/** Exactly `wanted` bytes, or undefined: a file that holds more is a bomb, one that holds less is broken. */
function inflated(parts: readonly Uint8Array[], wanted: number): Uint8Array | undefined {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  try {
    // One byte to spare shows what would go on.
    const lines = unzlibSync(whole, { out: new Uint8Array(wanted + 1) });
    return lines.length === wanted ? lines : undefined;
  } catch {
    return undefined;
  }
}

/** Undoes the filter of every line in place (ISO/IEC 15948, clause 9). */
function unfilter(lines: Uint8Array, height: number, row: number, samples: number): void {
  for (let y = 0; y < height; y += 1) {
    const start = y * (row + 1) + 1;
    const kind = lines[start - 1];
    for (let i = 0; i < row; i += 1) {
      const left = i >= samples ? lines[start + i - samples] : 0;
      const up = y > 0 ? lines[start + i - row - 1] : 0;
      const corner = y > 0 && i >= samples ? lines[start + i - row - 1 - samples] : 0;
      const predicted =
        kind === 1
          ? left
          : kind === 2
            ? up
            : kind === 3
              ? (left + up) >> 1
              : kind === 4
                ? paeth(left, up, corner)
                : 0;
      lines[start + i] += predicted;
    }
  }
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(estimate - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
