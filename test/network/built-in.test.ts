import { describe, expect, it } from 'vitest';
import {
  builtInNames,
  builtInNetwork,
  compileNetwork,
  elementCount,
  inferShapes,
  matrixNodes,
  type Tensor,
} from '../../src/network/index.js';

/** A deterministic number of (-1, 1) for every index. */
const noise = (i: number): number => (((i + 1) * 0.618_033_988_75) % 1) * 2 - 1;

/** Weights of a fan-in that keeps values of order one, batch norms that are not the identity. */
function weightsOf(shapes: ReadonlyMap<string, readonly number[]>): Map<string, Tensor> {
  let seed = 0;
  return new Map(
    [...shapes].map(([name, shape]) => {
      seed += 10_000;
      const fanIn = elementCount(shape.slice(1));
      const value = (i: number): number => {
        const x = noise(seed + i);
        if (name.endsWith('running_var')) return 1 + 0.5 * x;
        if (shape.length > 1) return x * Math.sqrt(3 / fanIn);
        return name.endsWith('weight') ? 0.6 + 0.3 * x : 0.2 * x;
      };
      return [
        name,
        { shape, data: Float32Array.from({ length: elementCount(shape) }, (_, i) => value(i)) },
      ];
    }),
  );
}

type Planes = readonly Float64Array[];

/** The two-residual network as the StoX-Net paper draws it, by plain loops, from the weights' names alone. */
function plainTwoResidual(blocks: number, weights: Map<string, Tensor>, image: Float32Array) {
  const of = (name: string): Float32Array => weights.get(name)?.data ?? new Float32Array();
  const side = (planes: Planes): number => Math.sqrt(planes[0].length);
  const convolved = (x: Planes, name: string, stride: number): Planes => {
    const weight = of(`${name}.weight`);
    const from = side(x);
    const to = from / stride;
    return Array.from({ length: weight.length / (9 * x.length) }, (_, o) => {
      const out = new Float64Array(to * to);
      for (const [c, plane] of x.entries())
        for (let ky = 0; ky < 3; ky += 1)
          for (let kx = 0; kx < 3; kx += 1) {
            const w = weight[((o * x.length + c) * 3 + ky) * 3 + kx];
            for (let y = 0; y < to; y += 1) {
              const row = y * stride + ky - 1;
              if (row < 0 || row >= from) continue;
              for (let z = 0; z < to; z += 1) {
                const column = z * stride + kx - 1;
                if (column >= 0 && column < from) out[y * to + z] += w * plane[row * from + column];
              }
            }
          }
      return out;
    });
  };
  const normalised = (x: Planes, name: string): Planes => {
    const [mean, variance, scale, shift] = ['running_mean', 'running_var', 'weight', 'bias'].map(
      (part) => of(`${name}.${part}`),
    );
    return x.map((plane, c) =>
      plane.map(
        (value) => ((value - mean[c]) / Math.sqrt(variance[c] + 1e-5)) * scale[c] + shift[c],
      ),
    );
  };
  const sum = (a: Planes, b: Planes): Planes =>
    a.map((plane, c) => plane.map((v, i) => v + b[c][i]));
  const clamped = (x: Planes): Planes =>
    x.map((plane) => plane.map((value) => Math.max(-1, Math.min(1, value))));
  /** Option A: every second pixel, zero planes around. */
  const shortened = (x: Planes, channels: number): Planes => {
    if (x.length === channels) return x;
    const from = side(x);
    const to = from / 2;
    const zero = Array.from({ length: (channels - x.length) / 2 }, () => new Float64Array(to * to));
    const small = x.map((plane) =>
      Float64Array.from(
        { length: to * to },
        (_, i) => plane[2 * Math.floor(i / to) * from + 2 * (i % to)],
      ),
    );
    return [...zero, ...small, ...zero];
  };
  let x: Planes = [0, 1, 2].map((c) => Float64Array.from(image.subarray(c * 1024, (c + 1) * 1024)));
  x = clamped(normalised(convolved(x, 'conv1', 1), 'bn1'));
  for (let stage = 1; stage <= 3; stage += 1)
    for (let block = 0; block < blocks; block += 1) {
      const name = `layer${stage}.${block}`;
      const stride = stage > 1 && block === 0 ? 2 : 1;
      const first = normalised(convolved(x, `${name}.conv1`, stride), `${name}.bn1`);
      const middle = clamped(sum(first, shortened(x, first.length)));
      const second = normalised(convolved(middle, `${name}.conv2`, 1), `${name}.bn2`);
      x = clamped(sum(second, middle));
    }
  const pooled = x.map((plane) => Float64Array.of(plane.reduce((a, b) => a + b, 0) / plane.length));
  const features = normalised(pooled, 'bn2').map(([value]) => value);
  const [weight, bias] = [of('linear.weight'), of('linear.bias')];
  return Array.from(bias, (start, o) =>
    features.reduce((total, value, c) => total + value * weight[o * features.length + c], start),
  );
}

const trainable = (shapes: ReadonlyMap<string, readonly number[]>): number =>
  [...shapes]
    .filter(([name]) => !name.includes('running'))
    .reduce((sum, [, shape]) => sum + elementCount(shape), 0);

describe('built-in ResNets', () => {
  const depths = [
    // Parameters of He et al. (CVPR 2016), table 6: 0.27, 0.46, 0.66, 0.85 M.
    { depth: 20, blocks: 3, parameters: 269_722 },
    { depth: 32, blocks: 5, parameters: 464_154 },
    { depth: 44, blocks: 7, parameters: 658_586 },
    { depth: 56, blocks: 9, parameters: 853_018 },
  ];

  it.each(depths)('of depth $depth have the layers and parameters of the paper', (own) => {
    const { depth, blocks, parameters } = own;
    const counts = { '': parameters, '-stox': parameters + 128, '-bridged': 0 };
    // A bridge has a scale and a shift for each plane of its block.
    counts['-bridged'] = parameters + 2 * blocks * (16 + 32 + 64);
    for (const [suffix, count] of Object.entries(counts)) {
      const name = `resnet${depth}${suffix}`;
      expect(builtInNames).toContain(name);
      const { graph, shapes } = builtInNetwork(name);
      expect(graph.name).toBe(name);
      expect(trainable(shapes)).toBe(count);
      expect(matrixNodes(graph)).toHaveLength(depth);
      const values = inferShapes(graph, weightsOf(shapes));
      expect(values.get('layer1.0.conv1')).toEqual([16, 32, 32]);
      expect(values.get(`layer2.${blocks - 1}.act2`)).toEqual([32, 16, 16]);
      expect(values.get(`layer3.${blocks - 1}.act2`)).toEqual([64, 8, 8]);
      expect(values.get(graph.output)).toEqual([10]);
      // One add a block, or one around every convolution.
      expect(graph.nodes.filter(({ op }) => op === 'add')).toHaveLength(
        (suffix === '' ? 3 : 6) * blocks,
      );
    }
  });

  it.each(depths)('of depth $depth and two residuals give what plain loops give', (own) => {
    const { graph, shapes } = builtInNetwork(`resnet${own.depth}-stox`);
    const weights = weightsOf(shapes);
    const image = Float32Array.from({ length: 3072 }, (_, i) => 1.5 * noise(7 * i));
    const wanted = plainTwoResidual(own.blocks, weights, image);
    const given = compileNetwork({ graph, weights }).forward(image, 0);
    expect(Math.max(...wanted) - Math.min(...wanted)).toBeGreaterThan(0.1);
    given.forEach((value, c) => expect(Math.abs(value - wanted[c])).toBeLessThan(1e-4));
  });
});
