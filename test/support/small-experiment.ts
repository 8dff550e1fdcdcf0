import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { writeSafetensors } from '../../src/formats/index.js';
import { builtInNetwork, defaultMapping, type Tensor } from '../../src/network/index.js';
import { philox4x32 } from '../../src/numerics/philox.js';
import { streamKey, uniformFromWord } from '../../src/numerics/stream.js';
import { repository } from './built.js';

/**
 * A complete experiment in `folder` that runs in seconds: real netlist, device, protocol and images,
 * a coarse calibration, and the MLP with random weights (accuracy is not the point here).
 */
export function writeSmallExperiment(folder: string): string {
  const { graph, shapes } = builtInNetwork('mnist-mlp');
  const key = streamKey(1, 'test.weights');
  const words = new Uint32Array(4);
  const weights = new Map<string, Tensor>();
  for (const [index, [name, shape]] of [...shapes].entries()) {
    const count = shape.reduce((product, extent) => product * extent, 1);
    const data = Float32Array.from({ length: count }, (_, i) => {
      philox4x32(key, i, index, 0, 0, words);
      const uniform = 2 * uniformFromWord(words[0]) - 1;
      if (name.endsWith('weight')) return 0.2 * uniform;
      return /variance|scale/.test(name) ? 1 : 0;
    });
    weights.set(name, { shape, data });
  }
  const stochastic = {
    mapping: {
      ...defaultMapping,
      policy: { first: 'mapped', last: 'float' },
      layers: { fc1: { encoding: 'unipolar' } },
    },
    gainsInWidths: { fc1: 0.1 },
  };
  for (const name of ['float', 'stochastic']) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(
      join(folder, name, 'weights.safetensors'),
      writeSafetensors({ tensors: weights }),
    );
    const model = {
      format: 'spinbar.model',
      version: 1,
      graph,
      weights: 'weights.safetensors',
      ...(name === 'stochastic' ? { stochastic } : {}),
      provenance: {},
    };
    writeFileSync(join(folder, name, 'model.json'), JSON.stringify(model));
  }
  const to = (path: string): string => relative(folder, join(repository, path));
  const file = join(folder, 'experiment.yaml');
  writeFileSync(
    file,
    `name: small
netlist: ${to('netlists/crossbar-16x16.cir')}
device: ${to('devices/sot-mtj-in-plane.yaml')}
protocol: ${to('devices/protocols/hard-axis-preset.yaml')}
calibration: { halfWidth: 0.1, points: 5, slope: 0.2, i50: 0.2 }
mapping:
  layers:
    fc1: { encoding: unipolar }
samples: [1, 2]
seeds: [1, 2]
allowOutside: true
model: { graph: mnist-mlp, float: float, stochastic: stochastic }
data: { images: '0:600' }
`,
  );
  return file;
}
