import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readCifarPython, readPng, readTar } from '../../src/formats/index.js';
import { tarFile } from '../support/tar-file.js';

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];

const end = new Uint8Array(1024);
const joined = (...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

describe('tar archives', () => {
  it('give their files, and pass over links and folders', () => {
    const bytes = joined(
      tarFile('a/', new Uint8Array(0), '5'),
      tarFile('a/one', Uint8Array.of(1, 2, 3)),
      tarFile('a/link', new Uint8Array(0), '2'),
      tarFile('two', new Uint8Array(600).fill(7)),
      end,
    );
    expect(readTar(bytes, 'x').map(({ name, bytes: own }) => [name, own.length])).toEqual([
      ['a/one', 3],
      ['two', 600],
    ]);
  });

  it('are refused where they leave themselves, are damaged or cut off', () => {
    const outside = joined(tarFile('../../etc/passwd', Uint8Array.of(1)), end);
    expect(() => readTar(outside, 'x.tar')).toThrow(/outside itself[\s\S]*x.tar|x.tar[\s\S]*/);
    expect(() => readTar(outside, 'x.tar')).toThrow(/path outside itself/);
    expect(() => readTar(joined(tarFile('/abs', Uint8Array.of(1)), end), 'x')).toThrow(/outside/);
    const whole = joined(tarFile('one', new Uint8Array(600)), end);
    expect(() => readTar(whole.subarray(0, 700), 'x')).toThrow(/cut off/);
    expect(() => readTar(whole.subarray(0, 1536), 'x')).toThrow(/no end/);
    const damaged = whole.slice();
    damaged[0] ^= 1;
    expect(() => readTar(damaged, 'x')).toThrow(/not a tar archive/);
  });
});

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  new DataView(out.buffer).setUint32(0, data.length);
  out.set(ascii(kind), 4);
  out.set(data, 8);
  return out;
}
function png(
  width: number,
  height: number,
  colour: number,
  lines: Uint8Array,
  { bits = 8, interlace = 0, palette = [] as number[] } = {},
): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([bits, colour, 0, 0, interlace], 8);
  return joined(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('PLTE', Uint8Array.from(palette)),
    chunk('IDAT', Uint8Array.from(deflateSync(lines))),
    chunk('IEND', new Uint8Array(0)),
  );
}

describe('PNG images', () => {
  it('undo every filter', () => {
    // Five lines of four grey pixels, each by another filter; worked out by hand from the standard.
    const lines = Uint8Array.from([
      ...[0, 10, 20, 30, 40],
      ...[1, 10, 10, 10, 10],
      ...[2, 1, 1, 1, 1],
      ...[3, 5, 0, 0, 0],
      ...[4, 1, 2, 3, 4],
    ]);
    const { pixels, channels } = readPng(png(4, 5, 0, lines), 'x.png');
    expect(channels).toBe(1);
    const rows = Array.from({ length: 5 }, (_, y) => [...pixels.subarray(4 * y, 4 * y + 4)]);
    expect(rows.slice(0, 3)).toEqual([
      [10, 20, 30, 40],
      [10, 20, 30, 40],
      [11, 21, 31, 41],
    ]);
    // Average: 5 + 11/2; 0 + (10 + 21)/2; (15 + 31)/2; (23 + 41)/2, rounded down.
    expect(rows[3]).toEqual([10, 15, 23, 32]);
    // Paeth: the nearest of left, up and corner to left + up - corner.
    expect(rows[4]).toEqual([11, 17, 26, 36]);
  });

  it('give planes of red, green and blue, without alpha, from a palette too', () => {
    const rgba = Uint8Array.of(0, 1, 2, 3, 255, 4, 5, 6, 0);
    expect([...readPng(png(2, 1, 6, rgba), 'x').pixels]).toEqual([1, 4, 2, 5, 3, 6]);
    const palette = [9, 8, 7, 6, 5, 4];
    expect([...readPng(png(2, 1, 3, Uint8Array.of(0, 1, 0), { palette }), 'x').pixels]).toEqual([
      6, 9, 5, 8, 4, 7,
    ]);
  });

  it('are refused where they are cut off, too large for themselves, or of another kind', () => {
    const good = png(2, 1, 0, Uint8Array.of(0, 1, 2));
    for (let length = 8; length < good.length; length += 5)
      expect(() => readPng(good.subarray(0, length), 'x')).toThrow(/cut off|decompressed/);
    expect(() => readPng(png(2, 1, 0, Uint8Array.of(0, 1, 2), { bits: 16 }), 'x')).toThrow(
      /16 bits/,
    );
    expect(() => readPng(png(2, 1, 0, new Uint8Array(1e6)), 'x')).toThrow(/decompressed/);
    expect(() => readPng(png(2, 9, 0, Uint8Array.of(0, 1, 2)), 'x')).toThrow(/decompressed/);
    expect(() => readPng(png(1e6, 1e6, 0, Uint8Array.of(0)), 'x')).toThrow(/not read/);
    expect(() => readPng(Uint8Array.of(1, 2, 3), 'x')).toThrow(/not a PNG/);
  });
});

describe('CIFAR batches of the Python version', () => {
  const text = (value: string): number[] => [0x55, value.length, ...ascii(value)];
  const name = (module: string, type: string): number[] => ascii(`c${module}\n${type}\n`);
  const count = (value: number): number[] => [
    value & 255,
    (value >> 8) & 255,
    (value >> 16) & 255,
    value >> 24,
  ];
  const batch = (labels: readonly number[], pixels: Uint8Array, key = 'labels'): Uint8Array => {
    const array = [
      ...name('numpy.core.multiarray', '_reconstruct'),
      ...[0x28, ...name('numpy', 'ndarray'), 0x4b, 0, 0x85, ...text('b'), 0x74, 0x52],
      ...[0x28, 0x4b, 1, 0x4b, labels.length, 0x4d, 0, 12, 0x86],
      ...[...name('numpy', 'dtype'), 0x28, ...text('u1'), 0x4b, 0, 0x4b, 1, 0x74, 0x52, 0x89],
      ...[0x54, ...count(pixels.length), ...pixels, 0x74, 0x62],
    ];
    const list = [0x5d, 0x28, ...labels.flatMap((label) => [0x4b, label]), 0x65];
    return Uint8Array.from([
      ...[0x80, 2, 0x7d, 0x28, ...text('data'), ...array, ...text(key), ...list, 0x75, 0x2e],
    ]);
  };
  const pixels = Uint8Array.from({ length: 2 * 3072 }, (_, i) => (i * 37) % 256);

  it('give the same as the binary version', () => {
    for (const key of ['labels', 'fine_labels']) {
      const got = readCifarPython(batch([3, 7], pixels, key), 'data_batch_1');
      expect([...got.labels]).toEqual([3, 7]);
      expect(got.pixels).toEqual(pixels);
    }
  });

  it('are refused with foreign classes, wrong sizes, or cut off', () => {
    const good = batch([3, 7], pixels);
    expect(() => readCifarPython(batch([3], pixels), 'x')).toThrow(/do not fit 1 labels/);
    for (const length of [10, 100, 3000, good.length - 1])
      expect(() => readCifarPython(good.subarray(0, length), 'x')).toThrow(/cannot read the CIFAR/);
    const evil = Uint8Array.from([0x80, 2, ...name('os', 'system'), 0x2e]);
    expect(() => readCifarPython(evil, 'x')).toThrow(/foreign class "os.system"/);
  });
});
