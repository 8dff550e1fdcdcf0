import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  componentLibrarySchema,
  costOfDesign,
  headlineOf,
  libraryAssumptions,
  mtjAssumptions,
  paretoFront,
  ratios,
  tornado,
  type Design,
} from '../../src/architecture/index.js';
import { parseDocument } from '../../src/units/index.js';
import { resnet20Work } from './resnet20-work.js';

const library = parseDocument(
  componentLibrarySchema,
  readFileSync(new URL('../../devices/components/isaac-32nm.yaml', import.meta.url), 'utf8'),
  'isaac-32nm.yaml',
);
const base = {
  mode: 'pipelined',
  arraysPerTile: 96,
  hopsPerByte: 1,
  settleSecond: 1e-9,
  shiftAddUnits: 16,
  digitalUnits: 256,
} as const;
const price = {
  presetJoule: 130e-15,
  writeJoule: 1e-15,
  readJoule: 5e-15,
  sampleSecond: 5e-9,
  areaSquareMetre: 1.5e-12,
};
const works = resnet20Work(128);
const magnets: Design = {
  name: 'magnets',
  works,
  library,
  organisation: { ...base, converter: { kind: 'mtj', columnsPerConverter: 1, price } },
};
const adcs: Design = {
  name: 'ADC',
  works,
  library,
  organisation: { ...base, converter: { kind: 'adc', bits: 'full', columnsPerConverter: 128 } },
};

describe('ratios', () => {
  it('multiply: the EDP ratio is the energy ratio times the latency ratio', () => {
    const ratio = ratios(headlineOf(costOfDesign(adcs)), headlineOf(costOfDesign(magnets)));
    expect(ratio.edp).toBeCloseTo(ratio.energy * ratio.latency, 8);
  });
});

describe('tornado', () => {
  const assumptions = [...libraryAssumptions(library), ...mtjAssumptions('test', [0.5, 2], 2.8)];
  const energyOf = (design: Design) => headlineOf(costOfDesign(design)).energy;
  const bars = tornado([magnets, adcs], assumptions, ([mine, theirs]) => theirs.edp / mine.edp);

  it('puts the widest bar first and keeps every assumption', () => {
    const widths = bars.map(({ low, high }) => Math.abs(high - low));
    expect(widths).toEqual([...widths].sort((a, b) => b - a));
    expect(bars).toHaveLength(assumptions.length);
  });

  it('changes the energy by exactly the part that the assumption scales', () => {
    for (const assumption of assumptions) {
      for (const design of [magnets, adcs]) {
        const once = energyOf(design);
        const twice = energyOf(assumption.apply(design, 2)) - once;
        const thrice = energyOf(assumption.apply(design, 3)) - once;
        expect(Math.abs(thrice - 2 * twice), assumption.name).toBeLessThan(1e-9 * once);
      }
    }
    const preset = assumptions.find(({ name }) => name.startsWith('preset energy'))!;
    const conversions = 466_944;
    expect(energyOf(preset.apply(magnets, 2)) - energyOf(magnets)).toBeCloseTo(
      conversions * price.presetJoule,
      15,
    );
  });
});

describe('paretoFront', () => {
  it('keeps what nothing beats in both', () => {
    const points: [number, number][] = [
      [1, 5],
      [2, 6],
      [2, 3],
      [3, 3],
      [4, 1],
    ];
    expect(paretoFront(points, (point) => point)).toEqual([
      [1, 5],
      [2, 3],
      [4, 1],
    ]);
  });
});
