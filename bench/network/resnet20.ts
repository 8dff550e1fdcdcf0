/**
 * ResNet-20 on the CIFAR-10 test set, one thread: milliseconds of user CPU an image, accuracy where all
 * images run. `node tools/run.mjs bench/network/resnet20.ts [images] [name ...]`.
 */
import {
  accuracyOf,
  builtInNetwork,
  defaultMapping,
  scoreImages,
  stoxAuthorsMapping,
  type Converter,
  type Mapping,
  type ScoreInput,
} from '../../src/network/index.js';
import { cifarTestSet, sharedWeights } from './cifar.js';

const [count = '200', ...names] = process.argv.slice(3);
const last = Number(count);
const { pixels, labels } = cifarTestSet();
const images = {
  pixels: pixels.subarray(0, last * 3072),
  labels: labels.subarray(0, last),
  first: 0,
};
const float = {
  graph: builtInNetwork('resnet20').graph,
  weights: sharedWeights('models/resnet20.safetensors'),
};
const authors = {
  graph: builtInNetwork('resnet20-stox').graph,
  weights: sharedWeights('stox-authors/2w2a_64.safetensors'),
};
const tanh = (samples: number): Converter => ({ kind: 'tanh', slope: 0.05, samples, zero: 'draw' });
const mapping: Mapping = { ...defaultMapping, policy: { first: 'float', last: 'float' } };
const oneBit: Mapping = { ...mapping, weightBits: 1, activationBits: 1 };

const cases: Record<string, Omit<ScoreInput, 'images'>> = {
  float,
  'ideal 4x4': { ...float, mapping, converter: { kind: 'ideal' } },
  '1x1 T=1': { ...float, mapping: oneBit, converter: tanh(1) },
  '4x4 T=1': { ...float, mapping, converter: tanh(1) },
  '4x4 T=8': { ...float, mapping, converter: tanh(8) },
  '4x4 dense T=1': {
    ...float,
    mapping: { ...mapping, signedScheme: 'sign-magnitude', weightBits: 5 },
    converter: tanh(1),
  },
  'authors T=1': {
    ...authors,
    mapping: stoxAuthorsMapping,
    converter: { kind: 'tanh', slope: 4, samples: 1, zero: 'zero' },
  },
};

for (const [name, input] of Object.entries(cases)) {
  if (names.length > 0 && !names.includes(name)) continue;
  scoreImages({
    ...input,
    images: { ...images, pixels: pixels.subarray(0, 3 * 3072), labels: labels.subarray(0, 3) },
  });
  const seeds =
    names.length > 0 && last >= 10_000 && input.converter?.kind === 'tanh' ? [1, 2, 3] : [1];
  for (const seed of seeds) {
    const start = process.cpuUsage().user;
    const result = scoreImages({ ...input, seed, images });
    const milliseconds = (process.cpuUsage().user - start) / 1000 / last;
    const { accuracy, interval } = accuracyOf(result);
    console.log(
      `${name.padEnd(14)} ${milliseconds.toFixed(2)} ms an image; ${(100 * accuracy).toFixed(2)} % of ${last} ` +
        `[${interval.map((x) => (100 * x).toFixed(2)).join(', ')}], seed ${seed}`,
    );
  }
}
