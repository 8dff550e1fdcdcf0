/**
 * Float ResNet-20 on CIFAR-10 images, one thread: milliseconds of CPU time an image, beside onnxruntime-web (one
 * WebAssembly thread, one image a call) and torch (one thread, one image and 32 a call) in the same run.
 * `node tools/run.mjs bench/network/float-peers.ts [images]`.
 */
import { spawnSync } from 'node:child_process';
import * as ort from 'onnxruntime-web';
import { builtInNetwork, compileNetwork, pixelNormaliser } from '../../src/network/index.js';
import { cifarTestSet, sharedFile, sharedWeights } from './cifar.js';

const count = Number(process.argv[3] ?? 100);
const { pixels } = cifarTestSet();
const { graph } = builtInNetwork('resnet20');
const prepare = pixelNormaliser(graph);
const inputs = Array.from({ length: count }, (_, i) =>
  prepare(pixels.subarray(i * 3072, (i + 1) * 3072)),
);

/** CPU milliseconds a call, after a warm-up of a fifth. */
async function timed(run: (input: Float32Array) => unknown): Promise<number> {
  for (const input of inputs.slice(0, Math.ceil(count / 5))) await run(input);
  const start = process.cpuUsage();
  for (const input of inputs) await run(input);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e3 / count;
}

const network = compileNetwork({ graph, weights: sharedWeights('models/resnet20.safetensors') });
let image = 0;
const own = await timed((input) => network.forward(input, (image += 1)));

ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(sharedFile('models/resnet20.onnx'), {
  executionProviders: ['wasm'],
});
const [name] = session.inputNames;
const web = await timed((input) =>
  session.run({ [name]: new ort.Tensor('float32', input, [1, 3, 32, 32]) }),
);

const TORCH = `
import sys, time, torch
import torch.nn.functional as F
torch.set_num_threads(1)
s = torch.load(sys.argv[1], map_location='cpu', weights_only=False)['state_dict']
s = {k.replace('module.', ''): v for k, v in s.items()}
bn = lambda x, n: F.batch_norm(x, s[n + '.running_mean'], s[n + '.running_var'], s[n + '.weight'], s[n + '.bias'])
def net(x):
    x = F.relu(bn(F.conv2d(x, s['conv1.weight'], padding=1), 'bn1'))
    for stage in (1, 2, 3):
        for block in range(3):
            n = f'layer{stage}.{block}'
            step = 2 if stage > 1 and block == 0 else 1
            y = F.relu(bn(F.conv2d(x, s[n + '.conv1.weight'], stride=step, padding=1), n + '.bn1'))
            y = bn(F.conv2d(y, s[n + '.conv2.weight'], padding=1), n + '.bn2')
            if step == 2:
                p = x.shape[1] // 2
                x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, p, p))
            x = F.relu(x + y)
    return F.linear(x.mean((2, 3)), s['linear.weight'], s['linear.bias'])
with torch.no_grad():
    for batch in (1, 32):
        x = torch.rand(batch, 3, 32, 32)
        for _ in range(5): net(x)
        rounds = max(5, 200 // batch)
        start = time.process_time()
        for _ in range(rounds): net(x)
        print(1e3 * (time.process_time() - start) / rounds / batch)
`;
const file = new URL('../../../shared/data/models/resnet20-12fca82f.th', import.meta.url).pathname;
const peer = spawnSync('/usr/bin/python3', ['-c', TORCH, file], { encoding: 'utf8' });
const torch = peer.status === 0 ? peer.stdout.trim().split('\n').map(Number) : [];

const rows: readonly (readonly [string, number | undefined])[] = [
  ['spinbar', own],
  ['onnxruntime-web', web],
  ['torch, one image a call', torch[0]],
  ['torch, 32 a call', torch[1]],
];
for (const [label, value] of rows)
  console.log(
    value === undefined
      ? `${label}: not here`
      : `${label}: ${value.toFixed(2)} ms an image, ${(value / own).toFixed(2)} times spinbar's`,
  );
