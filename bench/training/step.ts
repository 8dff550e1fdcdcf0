/**
 * Training steps of ResNet-20 (batch 128, 2 shards, one thread): images per user-CPU second in floating
 * point and through stochastic partial sums, in turn, beside PyTorch's float step where Debian's is installed,
 * before and after.
 */
import { spawnSync } from 'node:child_process';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import { builtInNetwork, defaultMapping } from '../../src/network/index.js';
import {
  batchPrograms,
  computeShard,
  declareParameters,
  initialParameters,
  startSteps,
  type StochasticTraining,
  type TrainingConfig,
} from '../../src/training/index.js';

const IMAGES = 64;
const SECONDS = 8;
const curve: SwitchingCurve = {
  format: 'spinbar.switching-curve',
  version: 1,
  name: 'probit',
  device: { name: '', hash: '' },
  protocol: { name: '', hash: '', kind: 'hard-axis-preset' },
  temperatureKelvin: 300,
  seed: 0,
  method: 'fokker-planck',
  points: [],
  fit: {
    model: 'probit',
    centreAmpere: 0,
    widthAmpere: 1e-6,
    covariance: [],
    logLikelihood: 0,
    goodness: { chiSquare: 0, degreesOfFreedom: 0, pValue: 1 },
  },
  currentRangeAmpere: [-1, 1],
  provenance: { version: '', inputHash: '' },
};

const stochastic = (bits: number): StochasticTraining => ({
  mapping: {
    ...defaultMapping,
    bitsPerSlice: bits,
    bitsPerStream: bits,
    weightScale: 0.3,
    policy: { first: 'float', last: 'float' },
  },
  converter: { kind: 'mtj', curve, samples: 1 },
  estimator: { kind: 'expectation' },
  gainWidths: 1.5,
});

/** Forward and backward over one shard, compiled. */
function stepOf(name: string, training?: StochasticTraining): () => void {
  const blueprint = builtInNetwork(name);
  const config: TrainingConfig = {
    ...blueprint,
    data: {
      pixels: new Uint8Array(0),
      labels: new Uint8Array(0),
      shape: blueprint.graph.inputShape,
    },
    validationImages: 0,
    epochs: 1,
    batchImages: IMAGES,
    shards: 1,
    optimiser: { kind: 'sgd', momentum: 0.9, weightDecay: 0 },
    schedule: { rate: 0.1 },
    seed: 1,
    ...(training ? { stochastic: training } : {}),
  };
  const table = declareParameters(config.graph, config.shapes, training?.mapping, training);
  const { student } = batchPrograms(config, table);
  const parameters = initialParameters(config.graph, table, 1, training?.mapping);
  if (training) startSteps(config.graph, training, table, parameters);
  const [channels, height, width] = config.graph.inputShape;
  const input = {
    ...student,
    parameters,
    pixels: Uint8Array.from(
      { length: IMAGES * channels * height * width },
      (_, i) => (i * 7919) % 256,
    ),
    labels: Uint8Array.from({ length: IMAGES }, (_, i) => i % 10),
    imageIndices: Uint32Array.from({ length: IMAGES }, (_, i) => i),
    seed: 1,
    gradient: { batchImages: IMAGES },
  };
  return () => void computeShard(input);
}

/** Images per second of user CPU of each step: one after the other in turn, until all have had their time. */
function rates(...steps: readonly (() => void)[]): number[] {
  // Programs are compiled by their first step, and only the last two are kept.
  for (const step of steps) step();
  const microseconds = steps.map(() => 0);
  let turns = 0;
  while (Math.min(...microseconds) < SECONDS * 1e6) {
    for (const [i, step] of steps.entries()) {
      const start = process.cpuUsage().user;
      step();
      microseconds[i] += process.cpuUsage().user - start;
    }
    turns += 1;
  }
  return microseconds.map((time) => (turns * IMAGES * 1e6) / time);
}

const torchScript = `
import time, resource, torch, torch.nn as nn, torch.nn.functional as F
torch.set_num_threads(1)
class Block(nn.Module):
  def __init__(s, i, o, st):
    super().__init__(); s.c1=nn.Conv2d(i,o,3,st,1,bias=False); s.b1=nn.BatchNorm2d(o); s.c2=nn.Conv2d(o,o,3,1,1,bias=False); s.b2=nn.BatchNorm2d(o); s.i,s.o,s.st=i,o,st
  def forward(s,x):
    y=x if s.i==s.o else F.pad(x[:,:,::2,::2],(0,0,0,0,(s.o-s.i)//2,(s.o-s.i)//2))
    m=F.hardtanh(s.b1(s.c1(x))+y); return F.hardtanh(s.b2(s.c2(m))+m)
layers=[nn.Conv2d(3,16,3,1,1,bias=False),nn.BatchNorm2d(16),nn.Hardtanh()]
i=16
for o in (16,32,64):
  for k in range(3): layers.append(Block(i,o,2 if (o>16 and k==0) else 1)); i=o
net=nn.Sequential(*layers,nn.AdaptiveAvgPool2d(1),nn.Flatten(),nn.BatchNorm1d(64),nn.Linear(64,10))
x=torch.randn(${2 * IMAGES},3,32,32); t=torch.arange(${2 * IMAGES})%10
def step():
  net.zero_grad(); F.cross_entropy(net(x),t).backward()
step(); u=lambda: resource.getrusage(resource.RUSAGE_SELF).ru_utime
a=u(); n=0
while u()-a<${SECONDS}: step(); n+=${2 * IMAGES}
print(n/(u()-a))`;

const say = (text: string) => process.stdout.write(`${text}\n`);
const torchRate = (): number => {
  const { status, stdout } = spawnSync('/usr/bin/python3', ['-c', torchScript], {
    encoding: 'utf8',
  });
  return status === 0 ? Number(stdout) : NaN;
};
const before = torchRate();
const { mapping } = stochastic(4);
const inUse: StochasticTraining = {
  ...stochastic(4),
  mapping: {
    ...mapping,
    encoding: 'unipolar',
    chunkRule: 'equal',
    inputScale: 4,
    weightScale: 2.4,
  },
  learnBias: true,
  standardise: true,
  learnSteps: true,
};
const floats: number[] = [];
for (const [what, network, training] of [
  ['PS-aware, one slice and stream', 'resnet20-stox', stochastic(4)],
  ['as examples/04 trains it (bridges, bias rows, learned steps)', 'resnet20-bridged', inUse],
] as const) {
  const [float, own] = rates(stepOf(network), stepOf(network, training));
  floats.push(float);
  say(
    `ResNet-20 ${what}: ${own.toFixed(1)} images/s of user CPU, float step of its network ` +
      `${float.toFixed(1)}: ${(float / own).toFixed(2)} x its time`,
  );
}
const peer = (before + torchRate()) / 2;
const [float] = floats;
say(
  peer > 0
    ? `PyTorch float step: ${peer.toFixed(1)} images/s; ours is ${(float / peer).toFixed(2)} of it`
    : 'PyTorch is not installed: no peer to compare with',
);
const [leNet] = rates(stepOf('lenet'));
say(`LeNet float step: ${leNet.toFixed(0)} images/s of user CPU`);
for (const bits of [1, 4]) {
  const own = stochastic(bits);
  const [found] = rates(
    stepOf('lenet', {
      ...own,
      mapping: { ...own.mapping, policy: { first: 'mapped', last: 'float' } },
    }),
  );
  say(
    `LeNet PS-aware, slices and streams of ${bits} bit: ${found.toFixed(0)} images/s, ` +
      `${(60000 / found).toFixed(0)} s an epoch of 60,000`,
  );
}
