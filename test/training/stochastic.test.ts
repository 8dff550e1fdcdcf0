import { describe, expect, it } from 'vitest';
import {
  biasOf,
  chunkRows,
  defaultMapping,
  layerMapping,
  partialSumLayer,
  sliceWeights,
  streamActivations,
  type Converter,
  type LayerMapping,
  type Mapping,
} from '../../src/network/index.js';
import { compileProgram } from '../../src/training/compile.js';
import { gainsInWidths, mappingWithGains, realisedMapping } from '../../src/training/export.js';
import {
  declareParameters,
  initialParameters,
  meanSquareName,
} from '../../src/training/initialise.js';
import { meanName, offsetName } from '../../src/training/bias-rows.js';
import { networkBuilder, type NetworkBlueprint } from './network-builder.js';
import { entryOf } from '../../src/training/parameters.js';
import { elementOf } from '../../src/training/tape.js';
import { noise, placePlanes, probitCurve } from './support.js';

const CHANNELS = 3;
const SEED = 12345;

interface Extent {
  readonly images: number;
  readonly side: number;
  readonly outputs: number;
}

/** Images behind one another. */
const FEW: Extent = { images: 5, side: 6, outputs: 7 };
/** Groups of eight images side by side: of all their pixels at once, and of several blocks of pixels. */
const GROUPS: Extent = { images: 16, side: 6, outputs: 7 };
const BLOCKS: Extent = { images: 8, side: 16, outputs: 40 };

/** One padded convolution (K = 27) or one linear layer (K = 3 side^2) on images of three channels. */
function single(kind: 'conv' | 'linear', { side, outputs }: Extent): NetworkBlueprint {
  const build = networkBuilder();
  if (kind === 'conv') build.conv('layer', 'input', [outputs, CHANNELS, 3, 3], { padding: 1 });
  else build.linear('layer', 'input', [outputs, CHANNELS * side * side]);
  return build.finish({ name: 'single', inputShape: [CHANNELS, side, side], output: 'layer' });
}

const indices = Uint32Array.from({ length: 16 }, (_, n) => (n === 2 ? 70000 : (n * 7 + 9) % 17));

/** Runs the training layer forward and backward; gives its output and gradients with their ingredients. */
function run(
  kind: 'conv' | 'linear',
  overrides: Partial<Mapping>,
  converter: Converter,
  biasRows?: 'centred' | 'moved',
  extent = FEW,
) {
  const { images, side } = extent;
  const { graph, shapes } = single(kind, extent);
  const mapping: Mapping = {
    ...defaultMapping,
    rowsPerArray: 20,
    policy: { first: 'mapped', last: 'mapped' },
    weightScale: 0.4,
    ...overrides,
  };
  const stochastic = {
    mapping,
    converter,
    estimator: { kind: 'expectation' } as const,
    gainWidths: 1.5,
    learnBias: biasRows !== undefined,
    learnOffsets: biasRows === 'moved',
  };
  const table = declareParameters(graph, shapes, mapping, stochastic);
  const program = compileProgram(graph, table, { images, stochastic });
  const parameters = initialParameters(graph, table, 3, mapping);
  if (biasRows) {
    // Means that differ from array to array and column to column, some of half a digit.
    const { offset, length } = entryOf(table, meanName('layer'));
    for (let i = 0; i < length; i += 1) parameters[offset + i] = ((i * 37) % 91) - 45 + (i % 2) / 2;
  }
  if (biasRows === 'moved') {
    const { offset, length } = entryOf(table, offsetName('layer'));
    for (let i = 0; i < length; i += 1) parameters[offset + i] = ((i * 23) % 17) / 10 - 0.8;
  }
  // Off its starting value, so that a gain taken from anywhere else would show.
  parameters[entryOf(table, meanSquareName('layer')).offset] *= 0.9;
  const { workspace, input, logits } = program;
  const size = side * side;
  const x = noise(images * CHANNELS * size, 2).map((value) => 1.2 * value);
  const at = (n: number, c: number, i: number) => c * input.stride + elementOf(input, n, i);
  const data = workspace.f32(input.data);
  for (let n = 0; n < images; n += 1)
    for (let c = 0; c < CHANNELS; c += 1)
      for (let i = 0; i < size; i += 1) data[at(n, c, i)] = x[(n * CHANNELS + c) * size + i];
  const gradient = new Float32Array(table.length);
  const pass = { parameters, gradient, training: true, seed: SEED, imageIndices: indices };
  program.forward(pass);
  return { table, stochastic, program, parameters, x, size, logits, pass, graph };
}

/** im2col in channel-major order: digit of pixel p and row k at p * rows + k. */
function columnsOf(
  kind: 'conv' | 'linear',
  digits: Int8Array,
  side: number,
): { rows: number; columns: Int8Array } {
  if (kind === 'linear') return { rows: digits.length, columns: digits };
  const rows = CHANNELS * 9;
  const columns = new Int8Array(side * side * rows);
  for (let p = 0; p < side * side; p += 1)
    for (let k = 0; k < rows; k += 1) {
      const i = Math.floor(p / side) + Math.floor((k % 9) / 3) - 1;
      const j = (p % side) + (k % 3) - 1;
      if (i < 0 || j < 0 || i >= side || j >= side) continue;
      columns[p * rows + k] = digits[(Math.floor(k / 9) * side + i) * side + j];
    }
  return { rows, columns };
}

const mtj = (samples: number): Converter => ({ kind: 'mtj', curve: probitCurve, samples });

const STAGGERED = { kind: 'mtj', curve: probitCurve, samples: 4, staggerWidths: 5 } as const;
/** Curve widths beside the column current at which its samples are taken. */
const STAGGER = [-1.875, -0.625, 0.625, 1.875];

const cases: [
  string,
  'conv' | 'linear',
  Partial<LayerMapping>,
  Converter,
  ('centred' | 'moved')?,
][] = [
  ['1-bit slices and streams, T = 1, convolution', 'conv', {}, mtj(1)],
  ['T = 8, linear', 'linear', {}, mtj(8)],
  [
    '1-bit digits in several arrays with bias rows, T = 1',
    'conv',
    { encoding: 'unipolar', rowsPerArray: 10 },
    mtj(1),
    'moved',
  ],
  ['staggered samples', 'conv', { bitsPerSlice: 4, bitsPerStream: 4 }, STAGGERED],
  ['unipolar', 'conv', { encoding: 'unipolar' }, mtj(2)],
  ['one slice, one stream', 'conv', { bitsPerSlice: 4, bitsPerStream: 4 }, mtj(4)],
  [
    'a bias row of its own for each array',
    'conv',
    { bitsPerSlice: 4, bitsPerStream: 4, encoding: 'unipolar' },
    mtj(3),
    'centred',
  ],
  [
    'bias rows with learned offsets',
    'conv',
    { bitsPerSlice: 4, bitsPerStream: 4, encoding: 'unipolar' },
    mtj(3),
    'moved',
  ],
  [
    'one bias row for several slices and streams',
    'conv',
    { bitsPerSlice: 2, bitsPerStream: 1, encoding: 'unipolar' },
    mtj(2),
    'moved',
  ],
  [
    'bias rows under a deterministic converter',
    'linear',
    { bitsPerSlice: 4, bitsPerStream: 4 },
    { kind: 'expectation', curve: probitCurve },
    'centred',
  ],
  [
    '2-bit slices, equal chunks',
    'linear',
    { bitsPerSlice: 2, bitsPerStream: 2, chunkRule: 'equal' },
    mtj(1),
  ],
  [
    'away-from-zero levels',
    'conv',
    {
      bitsPerSlice: 4,
      bitsPerStream: 4,
      activationQuantiser: 'away-from-zero',
      weightQuantiser: {
        kind: 'away-from-zero',
        clamp: true,
        standardise: false,
        powerOfTwoScale: false,
      },
    },
    mtj(4),
  ],
  ['kernel-position-major', 'conv', { rowOrder: 'kernel-position-major' }, mtj(1)],
  ['expectation', 'conv', {}, { kind: 'expectation', curve: probitCurve }],
  ['tanh', 'conv', {}, { kind: 'tanh', slope: 2, samples: 4, zero: 'draw' }],
];

describe.each([FEW, GROUPS, BLOCKS])(
  'the training forward is the inference layer: %o',
  (extent) => {
    it.each(cases)('%s', (_, kind, overrides, converter, biasRows) => {
      const { images, side, outputs } = extent;
      const { stochastic, program, parameters, x, size, logits, table, graph } = run(
        kind,
        overrides,
        converter,
        biasRows,
        extent,
      );
      const mapping = realisedMapping(graph, table, parameters, stochastic);
      const own = layerMapping(mapping, 'layer');
      const weight = parameters.slice(0, entryOf(table, 'layer.weight').length);
      if (own.rowOrder === 'kernel-position-major') permute(weight);
      const actual = program.workspace.f32(logits.data);
      for (let n = 0; n < images; n += 1) {
        const image = x.slice(n * CHANNELS * size, (n + 1) * CHANNELS * size);
        const { streams } = streamActivations(image, own);
        const columns = streams.map(({ digits }) => columnsOf(kind, digits, side));
        if (own.rowOrder === 'kernel-position-major')
          for (const { columns: digits } of columns) permute(digits);
        const pixels = kind === 'conv' ? size : 1;
        const y = partialSumLayer(
          {
            name: 'layer',
            mapping: own,
            cell: mapping.cell,
            converter,
            weights: sliceWeights(weight, outputs, own),
          },
          {
            streams: columns.map(({ columns: digits }) => digits),
            pixels,
            seed: SEED,
            image: indices[n],
          },
        );
        const ours = y.map((__, i) => {
          const [p, o] = [Math.floor(i / outputs), i % outputs];
          return actual[o * logits.stride + elementOf(logits, n, p)];
        });
        expect(new Set(y).size).toBeGreaterThan(5);
        if (converter.kind === 'expectation')
          for (const [i, value] of ours.entries()) expect(value).toBeCloseTo(y[i], 5);
        else expect(ours).toEqual(y);
      }
    });
  },
);

/** (channel, kernel) to (kernel, channel) order of every row vector, in place. */
function permute(values: Float32Array | Int8Array): void {
  const rows = CHANNELS * 9;
  for (let start = 0; start < values.length; start += rows) {
    const row = values.slice(start, start + rows);
    for (let k = 0; k < rows; k += 1)
      values[start + k] = row[(k % CHANNELS) * 9 + Math.floor(k / CHANNELS)];
  }
}

describe.each([FEW, GROUPS])('the backward pass of the stochastic layer: %o', (extent) => {
  it.each(cases.filter(([name]) => name !== 'kernel-position-major'))(
    'weight gradient is the gated outer product: %s',
    (_, kind, overrides, converter, biasRows) => {
      const { images, side, outputs } = extent;
      const { stochastic, program, parameters, x, size, logits, table, graph, pass } = run(
        kind,
        overrides,
        converter,
        biasRows,
        extent,
      );
      const own = layerMapping(realisedMapping(graph, table, parameters, stochastic), 'layer');
      const weight = parameters.slice(0, entryOf(table, 'layer.weight').length);
      const { slices, unit } = sliceWeights(weight, outputs, own);
      const pixels = kind === 'conv' ? size : 1;
      const dy = noise(outputs * images * pixels, 9);
      placePlanes(program.workspace, logits, logits.gradient, dy);
      pass.gradient.fill(0);
      program.backward(pass);
      const widths = gainsInWidths(graph, table, parameters, stochastic)['layer'];
      const rows = weight.length / outputs;
      const expected = new Float64Array(weight.length);
      const ofBias = new Float64Array(chunkRows(rows, own).length * outputs);
      const density = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
      const slope = (ps: number) =>
        converter.kind === 'tanh'
          ? ((z) => own.gain * converter.slope * (1 - Math.tanh(z) ** 2))(
              own.gain * converter.slope * ps,
            )
          : converter === STAGGERED
            ? STAGGER.reduce((sum, at) => sum + widths * density(widths * ps + at), 0) / 2
            : 2 * widths * density(widths * ps);
      const chunks = chunkRows(rows, own);
      for (let n = 0; n < images; n += 1) {
        const image = x.slice(n * CHANNELS * size, (n + 1) * CHANNELS * size);
        const { streams } = streamActivations(image, own);
        const columns = streams.map(({ digits }) => columnsOf(kind, digits, side).columns);
        const streamSum = streams.reduce((sum, { coefficient }) => sum + coefficient, 0);
        const sliceSum = slices.reduce((sum, { coefficient }) => sum + coefficient, 0);
        for (let p = 0; p < pixels; p += 1)
          for (let o = 0; o < outputs; o += 1)
            for (const [c, [start, end]] of chunks.entries()) {
              let gamma = 0;
              for (const [t, stream] of columns.entries())
                for (const slice of slices) {
                  let ps = 0;
                  for (let k = start; k < end; k += 1)
                    ps += stream[p * rows + k] * slice.digits[o * rows + k];
                  const biased = ps + biasOf(own, o, c, outputs);
                  gamma += streams[t].coefficient * slice.coefficient * slope(biased);
                }
              const delta =
                (dy[o * images * pixels + n * pixels + p] * gamma) /
                (streamSum * sliceSum * chunks.length * streamSum * sliceSum * unit[o]);
              // A unit of the weight is `unit` of the digits that the bias row adds.
              ofBias[c * outputs + o] += delta * unit[o] * streamSum * sliceSum;
              for (let k = start; k < end; k += 1) {
                let level = 0;
                for (const [t, stream] of columns.entries())
                  level += streams[t].coefficient * stream[p * rows + k];
                expected[o * rows + k] += delta * level;
              }
            }
      }
      let worst = 0;
      let largest = 0;
      for (let i = 0; i < expected.length; i += 1) {
        worst = Math.max(worst, Math.abs(pass.gradient[i] - expected[i]));
        largest = Math.max(largest, Math.abs(expected[i]));
      }
      expect(largest).toBeGreaterThan(0.01);
      // Gradients are rounded to 16 bits of the largest: a few units of 2^-16 in sums of some dozens.
      expect(worst).toBeLessThan(1e-4 * largest);
      if (biasRows !== 'moved') return;
      const { offset, length } = entryOf(table, offsetName('layer'));
      expect(length).toBe(ofBias.length);
      const digits = 2 * Math.sqrt(parameters[entryOf(table, meanSquareName('layer')).offset]);
      expect(Math.max(...ofBias.map(Math.abs)) * digits).toBeGreaterThan(0.1);
      for (const [i, value] of ofBias.entries())
        expect(Math.abs(pass.gradient[offset + i] - value * digits)).toBeLessThan(1e-4 * digits);
    },
  );
});

describe('the backward pass of inner layers', () => {
  it('a wide curve and an inner layer: input gradient follows the numeric derivative', () => {
    // Far inside its linear range and finely quantised, the expected layer is y = x w of its own scale.
    const build = networkBuilder();
    build.conv('first', 'input', [4, 3, 3, 3], { padding: 1 });
    build.conv('layer', 'first', [FEW.outputs, 4, 3, 3], { padding: 1 });
    const { graph, shapes } = build.finish({ name: 'two', inputShape: [3, 6, 6], output: 'layer' });
    const mapping: Mapping = {
      ...defaultMapping,
      weightBits: 7,
      bitsPerSlice: 7,
      activationBits: 7,
      bitsPerStream: 7,
      weightScale: 1.5,
      inputScale: 6,
      rowsPerArray: 16,
      policy: { first: 'float', last: 'mapped' },
    };
    const stochastic = {
      mapping,
      converter: { kind: 'expectation', curve: probitCurve } as const,
      estimator: { kind: 'expectation' } as const,
      gainWidths: 0.05,
    };
    const table = declareParameters(graph, shapes, mapping);
    const program = compileProgram(graph, table, { images: 4, stochastic });
    const parameters = initialParameters(graph, table, 3, mapping);
    const { workspace, logits, input } = program;
    const values = noise(workspace.f32(input.data).length, 6);
    const dy = noise(workspace.f32(logits.gradient).length, 8);
    const count = 4 * 36;
    const objective = (): number => {
      workspace.f32(input.data).set(values);
      const gradient = new Float32Array(table.length);
      program.forward({
        parameters,
        gradient,
        training: false,
        seed: 1,
        imageIndices: new Uint32Array(4),
      });
      const y = workspace.f32(logits.data);
      let sum = 0;
      for (let o = 0; o < FEW.outputs; o += 1)
        for (let p = 0; p < count; p += 1)
          sum += y[o * logits.stride + p] * dy[o * logits.stride + p];
      return sum;
    };
    const center = objective();
    const slots = workspace.f32(logits.gradient);
    for (let o = 0; o < FEW.outputs; o += 1)
      for (let p = 0; p < count; p += 1) slots[o * logits.stride + p] = dy[o * logits.stride + p];
    const gradient = new Float32Array(table.length);
    program.backward({
      parameters,
      gradient,
      training: false,
      seed: 1,
      imageIndices: new Uint32Array(4),
    });
    const { offset, length } = entryOf(table, 'first.weight');
    const direction = noise(length, 21);
    let analytic = 0;
    let norm = 0;
    for (let i = 0; i < length; i += 1) {
      analytic += gradient[offset + i] * direction[i];
      norm += Math.abs(gradient[offset + i] * direction[i]);
    }
    const saved = parameters.slice();
    const moved = (t: number) => {
      for (let i = 0; i < length; i += 1)
        parameters[offset + i] = saved[offset + i] + t * direction[i];
      return objective();
    };
    const numeric = (moved(0.2) - moved(-0.2)) / 0.4;
    expect(Math.abs(center)).toBeLessThan(100);
    expect(Math.abs(numeric - analytic)).toBeLessThan(0.05 * norm);
  });
});

it.each([
  [4, 50],
  [1, 0.5],
])(
  'observes the mean of every array column, whatever the bias row takes off: %i bits',
  (bits, some) => {
    const overrides = { bitsPerSlice: bits, bitsPerStream: bits, encoding: 'unipolar' } as const;
    const biased = run('conv', overrides, mtj(1), 'centred');
    const { offset, length } = entryOf(biased.table, meanName('layer'));
    const observed = biased.pass.gradient.slice(offset, offset + length);
    biased.parameters.fill(0, offset, offset + length);
    biased.program.forward(biased.pass);
    const plain = biased.pass.gradient.slice(offset, offset + length);
    expect(length).toBe(2 * FEW.outputs);
    expect(Math.max(...plain.map(Math.abs))).toBeGreaterThan(some);
    for (const [i, mean] of plain.entries()) expect(observed[i]).toBeCloseTo(mean, 3);
  },
);

it('gains in widths stay when the curve gets wider: the current does', () => {
  const converter = mtj(1);
  const wide: Converter = {
    kind: 'mtj',
    samples: 1,
    curve: { ...probitCurve, fit: { ...probitCurve.fit, widthAmpere: 8e-6 } },
  };
  const widths = { layer: 0.3 };
  const narrow = mappingWithGains({ mapping: defaultMapping, converter }, widths);
  const broad = mappingWithGains({ mapping: defaultMapping, converter: wide }, widths);
  expect(broad.layers?.layer?.gain).toBeCloseTo(4 * (narrow.layers?.layer?.gain ?? NaN), 12);
});
