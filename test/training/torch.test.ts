import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { builtInNetwork } from '../../src/network/index.js';
import { compileProgram } from '../../src/training/compile.js';
import { declareParameters, initialParameters } from '../../src/training/initialise.js';
import { crossEntropy } from '../../src/training/loss.js';
import { elementOf } from '../../src/training/tape.js';
import { noise } from './support.js';

const IMAGES = 8;
const PYTHON = '/usr/bin/python3';

/** ResNet-20 with option A shortcuts (He et al., CVPR 2016), by the names of its tensors. */
const script = `
import json, sys, torch, torch.nn.functional as F
folder = sys.argv[1]
torch.set_num_threads(1)
flat = torch.frombuffer(bytearray(open(folder + '/parameters', 'rb').read()), dtype=torch.float32).clone()
w = {}
for e in json.load(open(folder + '/table.json')):
  t = flat[e['offset']:e['offset'] + e['length']].reshape(e['shape']).clone()
  w[e['name']] = t.requires_grad_(e['kind'] != 'statistic')
x = torch.frombuffer(bytearray(open(folder + '/input', 'rb').read()), dtype=torch.float32).clone().reshape(${IMAGES}, 3, 32, 32)
bn = lambda v, n: F.batch_norm(v, None, None, w[n + '.weight'], w[n + '.bias'], True, 0.1, 1e-5)
v = F.relu(bn(F.conv2d(x, w['conv1.weight'], padding=1), 'bn1'))
planes = 16
for stage, outs in enumerate((16, 32, 64), 1):
  for block in range(3):
    name = f'layer{stage}.{block}'
    stride = 2 if stage > 1 and block == 0 else 1
    y = F.relu(bn(F.conv2d(v, w[name + '.conv1.weight'], stride=stride, padding=1), name + '.bn1'))
    y = bn(F.conv2d(y, w[name + '.conv2.weight'], padding=1), name + '.bn2')
    s = v if outs == planes else F.pad(v[:, :, ::2, ::2], (0, 0, 0, 0, (outs - planes) // 2, (outs - planes) // 2))
    v = F.relu(y + s); planes = outs
z = F.linear(v.mean((2, 3)), w['linear.weight'], w['linear.bias'])
loss = F.cross_entropy(z, torch.arange(${IMAGES}) % 10)
loss.backward()
g = torch.zeros_like(flat)
for e in json.load(open(folder + '/table.json')):
  if e['kind'] != 'statistic': g[e['offset']:e['offset'] + e['length']] = w[e['name']].grad.flatten()
open(folder + '/gradient', 'wb').write(g.numpy().tobytes())
print(json.dumps({'loss': loss.item(), 'logits': z.flatten().tolist()}))
`;

const present = spawnSync(PYTHON, ['-c', 'import torch']).status === 0;
if (!present) console.warn('test/training/torch: skipped, no python3-torch on this machine');

it.skipIf(!present)(
  'ResNet-20 forward and backward agree with torch to 1e-4',
  () => {
    const { graph, shapes } = builtInNetwork('resnet20');
    const table = declareParameters(graph, shapes);
    const parameters = initialParameters(graph, table, 11);
    const program = compileProgram(graph, table, { images: IMAGES });
    const { workspace, input, logits } = program;
    const pixels = noise(IMAGES * 3072, 12);
    const slots = workspace.f32(input.data);
    for (let n = 0; n < IMAGES; n += 1)
      for (let c = 0; c < 3; c += 1)
        for (let i = 0; i < 1024; i += 1)
          slots[c * input.stride + elementOf(input, n, i)] = pixels[(n * 3 + c) * 1024 + i];
    const gradient = new Float32Array(table.length);
    const imageIndices = Uint32Array.from({ length: IMAGES }, (_, n) => n);
    const pass = { parameters, gradient, training: true, seed: 1, imageIndices };
    program.forward(pass);
    const outputs = workspace.f32(logits.data).slice();
    const labels = Uint8Array.from(imageIndices, (n) => n % 10);
    const { loss } = crossEntropy(workspace, logits, IMAGES, { labels, batchImages: IMAGES });
    program.backward(pass);

    const folder = mkdtempSync(join(tmpdir(), 'spinbar-torch-'));
    try {
      writeFileSync(join(folder, 'parameters'), Buffer.from(parameters.buffer));
      writeFileSync(join(folder, 'input'), Buffer.from(Float32Array.from(pixels).buffer));
      writeFileSync(join(folder, 'table.json'), JSON.stringify(table.entries));
      const run = spawnSync(PYTHON, ['-c', script, folder], { encoding: 'utf8' });
      expect(run.stderr).toBe('');
      const peer = JSON.parse(run.stdout) as { loss: number; logits: number[] };
      expect(Math.abs(loss - peer.loss) / peer.loss).toBeLessThan(1e-4);
      const largest = Math.max(...peer.logits.map(Math.abs));
      for (const [i, value] of peer.logits.entries())
        expect(
          Math.abs(outputs[(i % 10) * logits.stride + Math.floor(i / 10)] - value) / largest,
        ).toBeLessThan(1e-4);
      const bytes = readFileSync(join(folder, 'gradient'));
      const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, table.length);
      for (const { name, kind, offset, length } of table.entries) {
        if (kind === 'statistic') continue;
        const ours = gradient.subarray(offset, offset + length);
        const own = theirs.subarray(offset, offset + length);
        const scale = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const worst = ours.reduce((most, value, i) => Math.max(most, Math.abs(value - own[i])), 0);
        expect(worst / scale, name).toBeLessThan(1e-4);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  120_000,
);
