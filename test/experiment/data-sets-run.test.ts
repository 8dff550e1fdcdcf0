import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { runScore } from '../../src/experiment/score/run-score.js';
import { silentProgress } from '../../src/experiment/progress.js';
import { writeSafetensors } from '../../src/formats/index.js';
import { networkTasks } from '../../src/network/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import { tarFile } from '../support/tar-file.js';

const folder = mkdtempSync(join(tmpdir(), 'spinbar-sets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const IMAGES = 6;
const SIDE = 32;
const PLANE = SIDE * SIDE;
/** Each image is one colour over a pattern; its class is its number. */
const image = (n: number): Uint8Array =>
  Uint8Array.from(
    { length: 3 * PLANE },
    (_, i) => (40 * n + 60 * Math.floor(i / PLANE) + (i % 7)) % 256,
  );

// One pool and one linear layer to a hundred classes: any will do, so long as the sets agree.
writeFileSync(
  join(folder, 'graph.yaml'),
  `input: [3, 32, 32]
nodes:
  - { name: pool, op: globalAveragePool }
  - { name: linear, op: linear }
`,
);
writeFileSync(
  join(folder, 'weights.safetensors'),
  writeSafetensors({
    tensors: new Map([
      [
        'linear.weight',
        { shape: [100, 3], data: Float32Array.from({ length: 300 }, (_, i) => Math.sin(i * i)) },
      ],
      ['linear.bias', { shape: [100], data: new Float32Array(100) }],
    ]),
  }),
);

async function predictions(data: string): Promise<{ own: string[]; labels: string[] }> {
  const file = join(folder, 'net.yaml');
  writeFileSync(
    file,
    `kind: network-score\ngraph: graph.yaml\nweights: weights.safetensors\ndata: ${data}\nseeds: [1]\n`,
  );
  const out = mkdtempSync(join(folder, 'out-'));
  await runScore(file, {
    executor: inlineExecutor(networkTasks),
    progress: silentProgress,
    signal: new AbortController().signal,
    overrides: [],
    report: () => undefined,
    out,
    resume: false,
    force: false,
  });
  const [, ...lines] = readFileSync(join(out, 'predictions.csv'), 'utf8').trim().split('\n');
  const cells = lines.map((line) => line.trim().split(','));
  return { own: cells.map(([, , own]) => own), labels: cells.map(([, label]) => label) };
}

function chunk(kind: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(kind, 4);
  return Buffer.concat([head, data, Buffer.alloc(4)]);
}

function png(pixels: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE);
  header.writeUInt32BE(SIDE, 4);
  header.set([8, 2], 8);
  const rows = Buffer.alloc(SIDE * (1 + 3 * SIDE));
  for (let y = 0; y < SIDE; y += 1)
    for (let x = 0; x < SIDE; x += 1)
      for (let c = 0; c < 3; c += 1)
        rows[y * (1 + 3 * SIDE) + 1 + 3 * x + c] = pixels[c * PLANE + y * SIDE + x];
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function npy(shape: readonly number[], data: Uint8Array): Buffer {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const padded = `${text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11)}\n`;
  const head = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 0, 0]);
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded), data]);
}

describe('data sets through a run', () => {
  it('PNG folders, npy files and CIFAR-100 archives of the same images are classified alike', async () => {
    const all = Array.from({ length: IMAGES }, (_, n) => image(n));

    const pngs = join(folder, 'pngs');
    for (const [n, pixels] of all.entries()) {
      mkdirSync(join(pngs, 'test', `class-${n}`), { recursive: true });
      writeFileSync(join(pngs, 'test', `class-${n}`, '1.png'), png(pixels));
    }

    const arrays = join(folder, 'arrays');
    mkdirSync(arrays);
    writeFileSync(
      join(arrays, 'test-images.npy'),
      npy([IMAGES, 3, SIDE, SIDE], Buffer.concat(all)),
    );
    writeFileSync(
      join(arrays, 'test-labels.npy'),
      npy(
        [IMAGES],
        Uint8Array.from(all, (_, n) => n),
      ),
    );

    const cifar = join(folder, 'cifar');
    mkdirSync(cifar);
    const records = Buffer.concat(
      all.map((pixels, n) => Buffer.concat([Buffer.from([19, n]), pixels])),
    );
    writeFileSync(
      join(cifar, 'cifar-100-binary.tar.gz'),
      gzipSync(Buffer.concat([tarFile('cifar-100-binary/test.bin', records), Buffer.alloc(1024)])),
    );

    const sets = [
      await predictions(`{ set: png-folder, folder: pngs }`),
      await predictions(`{ set: npy, folder: arrays }`),
      await predictions(`{ set: cifar100, folder: cifar }`),
    ];
    expect(sets[0].labels).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(new Set(sets[0].own).size).toBeGreaterThan(2);
    for (const set of sets) expect(set).toEqual(sets[0]);
  });
});
