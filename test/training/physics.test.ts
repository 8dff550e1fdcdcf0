import { describe, expect, it } from 'vitest';
import { curveFigures } from '../../src/calibration/fit-parameters.js';
import { curveFunctions } from '../../src/calibration/evaluate-curve.js';
import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import {
  columnErrors,
  curveOf,
  defaultMapping,
  layerMapping,
  networkTasks,
  solveTiles,
  streamActivations,
  tileKey,
  type Mapping,
} from '../../src/network/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import {
  arrayCorrections,
  chipColumns,
  declareParameters,
  decodeCheckpoint,
  encodeCheckpoint,
  entryOf,
  gainsInWidths,
  initialParameters,
  train,
  trainingTasks,
  unloadWeights,
  withReadNoise,
  type LoopPhysics,
  type StochasticTraining,
  type TrainingConfig,
} from '../../src/training/index.js';
import { compileProgram } from '../../src/training/compile.js';
import { sliceForTraining } from '../../src/training/weight-levels.js';
import { networkBuilder } from './network-builder.js';
import { noise, probitCurve, twoSides } from './support.js';

const executor = inlineExecutor({ ...trainingTasks, ...networkTasks });
const converter = { kind: 'expectation', curve: probitCurve } as const;
const mapping: Mapping = {
  ...defaultMapping,
  rowsPerArray: 16,
  bitsPerSlice: 4,
  bitsPerStream: 4,
  weightScale: 0.5,
  policy: { first: 'mapped', last: 'mapped' },
};
const OUTPUTS = 5;
const ROWS = 24;

function linear() {
  const build = networkBuilder();
  build.linear('layer', 'input', [OUTPUTS, ROWS]);
  return build.finish({ name: 'one', inputShape: [ROWS, 1, 1], output: 'layer' });
}

const stochastic = (physics?: LoopPhysics): StochasticTraining => ({
  mapping,
  converter,
  estimator: { kind: 'expectation' },
  gainWidths: 1.2,
  ...(physics ? { physics } : {}),
});

/** One layer on two images: the training forward on a chip, beside a plain sum over effective digits. */
async function onChip(physics: LoopPhysics, chip: number) {
  const { graph, shapes } = linear();
  const training = stochastic(physics);
  const table = declareParameters(graph, shapes, mapping);
  const parameters = initialParameters(graph, table, 3, mapping);
  const corrections = await arrayCorrections(
    { graph, table, stochastic: training, seed: 9 },
    { parameters, chip },
    executor,
  );
  const program = compileProgram(graph, table, { images: 2, stochastic: training });
  const { workspace, input, logits } = program;
  const x = noise(2 * ROWS, 4);
  const data = workspace.f32(input.data);
  for (let n = 0; n < 2; n += 1)
    for (let k = 0; k < ROWS; k += 1) data[k * input.stride + n] = x[n * ROWS + k];
  program.forward({
    parameters,
    gradient: new Float32Array(table.length),
    training: false,
    seed: 1,
    imageIndices: new Uint32Array(2),
    chip: { number: chip, corrections },
  });
  const own = layerMapping(mapping, 'layer');
  const natural = parameters.slice(0, entryOf(table, 'layer.weight').length);
  const order = Int32Array.from({ length: ROWS }, (_, k) => k);
  const { integers } = sliceForTraining(natural, OUTPUTS, order, own);
  const widths = gainsInWidths(graph, table, parameters, training)['layer'];
  const perDigit = widths * probitCurve.fit.widthAmpere;
  const p = curveOf(probitCurve);
  const context = {
    layer: 'layer',
    mapping: own,
    cell: mapping.cell,
    cellShare: 1 / 15,
    largestPartialSum: 1,
    topSlice: false,
  };
  const delta = corrections.get('layer') ?? new Float32Array(natural.length);
  const [expected, actual]: number[][] = [[], []];
  for (let n = 0; n < 2; n += 1) {
    const { streams } = streamActivations(x.slice(n * ROWS, (n + 1) * ROWS), own);
    for (let o = 0; o < OUTPUTS; o += 1) {
      let sum = 0;
      for (let chunk = 0; chunk < 2; chunk += 1) {
        let ps = 0;
        for (let k = chunk * 16; k < Math.min(ROWS, chunk * 16 + 16); k += 1)
          ps += streams[0].digits[k] * (integers[o * ROWS + k] + delta[o * ROWS + k]);
        const place = { group: 0, slice: 0, chunk, columns: OUTPUTS };
        const magnets =
          physics.population &&
          columnErrors(
            { ...converter, population: { spread: physics.population, chip } },
            context,
            place,
          );
        const current = perDigit * ps;
        const seen = magnets ? magnets.scale[o] * current + magnets.shift[o] : current;
        sum += (2 * p(seen) - 1) / 2;
      }
      expected.push(sum);
      actual.push(workspace.f32(logits.data)[o * logits.stride + n]);
    }
  }
  return { expected, actual, corrections, table, graph, parameters, integers, widths };
}

const spread = { i50Ampere: 1.5e-6, logSlope: 0.3, correlation: 0.2 };
const wires = { wordLineOhm: 20, bitLineOhm: 20, driverOhm: 500, loadOhm: 500 };

describe('the layer on a chip', () => {
  it.each<[string, LoopPhysics]>([
    ['magnets of its own', { interval: 1, population: spread }],
    ['spread cells', { interval: 1, conductanceSpread: 0.1 }],
    ['wires', { interval: 1, wires }],
    ['all of them', { interval: 1, population: spread, conductanceSpread: 0.1, wires }],
  ])(
    'is a plain sum over effective digits, through the columns own curves: %s',
    async (_, physics) => {
      const { expected, actual, widths } = await onChip(physics, 7);
      // Partial sums are looked up to the whole digit, and digits kept to 1/32: half a digit, and 24 of 15/64.
      const slope = 2 * widths * 0.4 * 1.6;
      for (const [i, value] of expected.entries())
        expect(Math.abs(actual[i] - value)).toBeLessThan(slope * (0.5 + (16 * 15) / 64));
      const nominal = await onChip({ interval: 1 }, 7);
      const moved = actual.map((value, i) => Math.abs(value - nominal.actual[i]));
      expect(Math.max(...moved)).toBeGreaterThan(0.05);
    },
  );

  it('has the effective digits of the solved arrays', async () => {
    const { corrections, table, graph, parameters, integers } = await onChip(
      { interval: 1, wires },
      1,
    );
    const weights = unloadWeights(table, parameters);
    const tiles = await solveTiles({ graph, weights, mapping, converter, wires }, { executor });
    const tile = tiles.get(tileKey('layer', 0, 0, 1));
    const delta = corrections.get('layer');
    for (let o = 0; o < OUTPUTS; o += 1)
      for (let k = 16; k < ROWS; k += 1)
        expect(integers[o * ROWS + k] + (delta?.[o * ROWS + k] ?? NaN)).toBeCloseTo(
          tile?.[o * 8 + k - 16] ?? NaN,
          4,
        );
  });

  it('spreads a digit by the spread of its two cells', async () => {
    const sigma = 0.05;
    let squares = 0;
    let count = 0;
    let variance = 0;
    for (let chip = 0; chip < 20; chip += 1) {
      const { corrections, integers } = await onChip(
        { interval: 1, conductanceSpread: sigma },
        chip,
      );
      const delta = corrections.get('layer') ?? new Float32Array(0);
      for (const [i, value] of delta.entries()) {
        const base = mapping.cell.offSiemens / (mapping.cell.onSiemens - mapping.cell.offSiemens);
        const first = 15 * base + Math.abs(integers[i]);
        squares += value ** 2;
        variance += sigma ** 2 * (first ** 2 + (15 * base) ** 2);
        count += 1;
      }
    }
    // Relative standard error of a variance, sqrt(2 / 2400) = 2.9 %; five of them.
    expect(count).toBe(2400);
    expect(Math.abs(squares / variance - 1)).toBeLessThan(0.15);
  });
});

describe('curves of a chip', () => {
  it('read noise widens a probit by the root of the sum of squares', () => {
    const p = curveOf(probitCurve);
    const noisy = withReadNoise(
      { kind: 'draw', samples: 1, probability: p, zeroGivesZero: false },
      1.2e-6,
    );
    if (noisy.kind !== 'draw') throw new RangeError('no draw');
    const wide = curveOf({
      ...probitCurve,
      fit: { ...probitCurve.fit, widthAmpere: Math.hypot(2e-6, 1.2e-6) },
    });
    for (let current = -8e-6; current <= 8e-6; current += 5e-7)
      expect(Math.abs(noisy.probability(current) - wide(current))).toBeLessThan(1e-4);
  });

  it('at another temperature lies between the nominal curve and that one, by I50 and slope', () => {
    const warm: SwitchingCurve = {
      ...probitCurve,
      fit: { ...probitCurve.fit, centreAmpere: 1e-6, widthAmpere: 3e-6 },
    };
    const context = {
      layer: 'layer',
      mapping: layerMapping(mapping, 'layer'),
      cell: mapping.cell,
      cellShare: 1 / 15,
      largestPartialSum: 1,
      topSlice: false,
    };
    const place = { group: 0, slice: 0, chunk: 0, columns: 1 };
    const physics = { interval: 1, temperatureCurves: [warm] };
    const nominal = curveFunctions(probitCurve);
    const [low, high] = [curveFigures(probitCurve.fit), curveFigures(warm.fit)];
    const shares = Array.from({ length: 40 }, (_, chip) => {
      const { scale, shift } = chipColumns(converter, physics, chip, context, place);
      const i50 = -shift[0] / scale[0];
      expect(nominal.probability(scale[0] * i50 + shift[0])).toBeCloseTo(0.5, 12);
      const share = (i50 - low.i50Ampere) / (high.i50Ampere - low.i50Ampere);
      expect(scale[0]).toBeCloseTo((high.slopePerAmpere / low.slopePerAmpere) ** share, 9);
      return share;
    });
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...shares)).toBeLessThanOrEqual(1);
    expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.6);
  });
});

describe('training on many chips', () => {
  const { pixels, labels } = twoSides(80, 4);
  const build = networkBuilder();
  build.linear('first', 'input', [8, 16]);
  build.linear('last', 'first', [2, 8]);
  const blueprint = build.finish({ name: 'two', inputShape: [1, 4, 4], output: 'last' });
  const config: TrainingConfig = {
    ...blueprint,
    data: { pixels, labels, shape: [1, 4, 4] },
    validationImages: 16,
    epochs: 2,
    batchImages: 16,
    shards: 2,
    optimiser: { kind: 'sgd', momentum: 0.9, weightDecay: 0 },
    schedule: { rate: 0.05 },
    seed: 5,
    stochastic: {
      ...stochastic({ interval: 3, population: spread, conductanceSpread: 0.1, wires }),
      converter: { kind: 'mtj', curve: probitCurve, samples: 2 },
    },
  };

  it('stopped while on a chip, goes on to the same bits', async () => {
    const whole = await train(config, { executor });
    const files: Uint8Array[] = [];
    await train(config, {
      executor,
      checkpointSteps: 5,
      onCheckpoint: (state) => void files.push(encodeCheckpoint(state, config)),
    });
    const resume = decodeCheckpoint(files[0], config, 'one');
    expect(resume.steps).toBe(5);
    const resumed = await train(config, { executor, resume });
    expect(resumed.state.parameters).toEqual(whole.state.parameters);
    expect(resumed.history).toEqual(whole.history);
  });

  it('learns other weights than on the nominal chip', async () => {
    const { physics, ...nominal } = config.stochastic ?? stochastic();
    expect(physics).toBeDefined();
    const plain = await train({ ...config, epochs: 12, stochastic: nominal }, { executor });
    const varied = await train({ ...config, epochs: 12 }, { executor });
    expect(varied.state.parameters).not.toEqual(plain.state.parameters);
    expect(varied.history.at(-1)?.validationAccuracy).toBeGreaterThan(0.7);
  });
});
