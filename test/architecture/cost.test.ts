import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  componentLibrarySchema,
  costOf,
  layerWorkOf,
  schedule,
  type Organisation,
} from '../../src/architecture/index.js';
import { defaultMapping, type Graph, type Weights } from '../../src/network/index.js';
import { parseDocument } from '../../src/units/index.js';
import { resnet20Work } from './resnet20-work.js';

const path = new URL('../../devices/components/isaac-32nm.yaml', import.meta.url);
const library = parseDocument(
  componentLibrarySchema,
  readFileSync(path, 'utf8'),
  'isaac-32nm.yaml',
);
const price = {
  presetJoule: 50e-15,
  writeJoule: 20e-15,
  readJoule: 5e-15,
  sampleSecond: 3e-9,
  areaSquareMetre: 1.5e-12,
};
const base = {
  mode: 'pipelined',
  arraysPerTile: 96,
  hopsPerByte: 1,
  settleSecond: 1e-9,
  shiftAddUnits: 1,
  digitalUnits: 256,
} as const;
const adc: Organisation = {
  ...base,
  settleSecond: undefined,
  converter: { kind: 'adc', bits: 'full', columnsPerConverter: 128 },
};
const mtj: Organisation = { ...base, converter: { kind: 'mtj', columnsPerConverter: 1, price } };
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe('costOf', () => {
  it.each([
    ['adc', adc],
    ['mtj', mtj],
  ])('%s: totals are the sums of parts, and nothing is negative', (_name, organisation) => {
    const report = costOf(resnet20Work(128), library, organisation);
    const parts = report.layers.flatMap(({ energyJoule, areaSquareMetre }) => [
      Object.values(energyJoule),
      Object.values(areaSquareMetre),
    ]);
    expect(parts.flat().every((value) => value >= 0)).toBe(true);
    expect(report.energyJoule).toBeCloseTo(
      total(report.layers.flatMap(({ energyJoule }) => Object.values(energyJoule))),
      18,
    );
    expect(report.energyDelayProduct).toBe(report.energyJoule * report.schedule.latencySecond);
  });

  it('agrees with a hand count of one linear layer', () => {
    const [work] = resnet20Work(128);
    const one = {
      ...work,
      positions: 1,
      outputHeight: 1,
      inputHeight: 1,
      kernelHeight: 1,
      paddingHeight: 0,
      inputs: 256,
      outputs: 128,
      inputValues: 256,
    };
    const { layers, schedule: plan } = costOf([one], library, adc);
    const { energyJoule, areaSquareMetre } = layers[0];
    // 2 arrays driven 100 ns, 256 rows once, 256 conversions of 8 bits; 128 additions at 1 ns a read.
    expect(energyJoule.converters).toBeCloseTo(256 * 1.67e-12, 20);
    expect(energyJoule.arrays).toBeCloseTo(2 * 30e-12, 20);
    expect(energyJoule['row drivers']).toBeCloseTo(256 * 0.39e-12, 20);
    expect(areaSquareMetre.converters).toBeCloseTo(2 * 1200e-12, 20);
    expect(plan.latencySecond).toBeCloseTo(128e-9, 15);
  });

  it('grows with samples, bits and slices', () => {
    const energy = (change: object, organisation: Organisation) =>
      costOf(resnet20Work(128, change), library, organisation).energyJoule;
    expect(energy({ samples: 4 }, mtj)).toBeGreaterThan(energy({ samples: 2 }, mtj));
    expect(energy({ slices: 4 }, mtj)).toBeGreaterThan(energy({ slices: 1 }, mtj));
    const bits = (count: number) =>
      energy({}, { ...adc, converter: { kind: 'adc', bits: count, columnsPerConverter: 128 } });
    expect(bits(8)).toBeGreaterThan(bits(4));
  });
});

describe('schedule', () => {
  const layers = (mode: 'pipelined' | 'layer-by-layer') =>
    schedule(
      resnet20Work(128).map((work) => ({ work, busySecond: work.positions * 1e-9 })),
      { mode },
    );

  it('layer by layer takes the sum of the busy times', () => {
    const plan = layers('layer-by-layer');
    expect(plan.latencySecond).toBeCloseTo(
      total(plan.layers.map(({ busySecond }) => busySecond)),
      15,
    );
    expect(plan.latencySecond).toBeCloseTo((7 * 1024 + 6 * 256 + 6 * 64) * 1e-9, 15);
  });

  it('pipelined lies between the bottleneck and the sum, and names the bottleneck', () => {
    const plan = layers('pipelined');
    expect(plan.intervalSecond).toBeCloseTo(1024e-9, 15);
    expect(plan.latencySecond).toBeGreaterThan(plan.intervalSecond);
    expect(plan.latencySecond).toBeLessThan(layers('layer-by-layer').latencySecond);
    expect(plan.bottleneck).toBe('stem');
    // Row 0 of a 3x3 convolution with padding 1 waits for two rows of its source.
    expect(plan.layers[1].startSecond).toBeCloseTo(2 * 32e-9, 15);
  });
});

describe('layerWorkOf', () => {
  const graph: Graph = {
    name: 'small',
    inputShape: [1, 4, 4],
    output: 'head',
    nodes: [
      {
        name: 'conv',
        op: 'conv2d',
        inputs: ['input'],
        attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 },
        weights: { weight: 'conv.weight' },
      },
      { name: 'act', op: 'hardtanh', inputs: ['conv'], attributes: {}, weights: {} },
      { name: 'flat', op: 'flatten', inputs: ['act'], attributes: {}, weights: {} },
      {
        name: 'hidden',
        op: 'linear',
        inputs: ['flat'],
        attributes: {},
        weights: { weight: 'hidden.weight' },
      },
      {
        name: 'head',
        op: 'linear',
        inputs: ['hidden'],
        attributes: {},
        weights: { weight: 'head.weight' },
      },
    ],
  };
  const tensor = (...shape: number[]) => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  const weights: Weights = new Map([
    ['conv.weight', tensor(2, 1, 3, 3)],
    ['hidden.weight', tensor(5, 32)],
    ['head.weight', tensor(10, 5)],
  ]);

  it('reads shapes, slices, streams and sources from the network itself', () => {
    const works = layerWorkOf(graph, weights, defaultMapping, { kind: 'sign' });
    expect(works.map(({ name, mapped }) => [name, mapped])).toEqual([
      ['conv', true],
      ['hidden', true],
      ['head', false],
    ]);
    expect(works[0]).toMatchObject({
      name: 'conv',
      positions: 16,
      inputs: 9,
      outputs: 2,
      slices: 4,
      streams: 4,
      linesPerColumn: 2,
      after: [],
    });
    expect(works[1]).toMatchObject({
      name: 'hidden',
      positions: 1,
      inputs: 32,
      outputs: 5,
      after: ['conv'],
      samples: 1,
    });
  });
});
