/** The designs that the abstract compares, and the assumptions that it leaves open, one design for each. */
import {
  sampledLayers,
  withSamples,
  type ComponentLibrary,
  type ConverterDesign,
  type Design,
  type Organisation,
} from '../../src/architecture/index.js';
import { worksOf, type MagnetPrices } from './network.js';

const ORGANISATION: Omit<Organisation, 'converter'> = {
  mode: 'pipelined',
  arraysPerTile: 96,
  hopsPerByte: 1,
  shiftAddUnits: 'balanced',
  digitalUnits: 'balanced',
};

/** A baseline with what it assumes. */
export interface Reference {
  readonly name: string;
  readonly kind: 'full' | 'sparse';
  readonly design: Design;
}

/** ADC baselines: full precision and sparse, ISAAC's sharing (128 columns) and NeuroSim's (8). */
export function references(library: ComponentLibrary, settleSecond?: number): Reference[] {
  const adc = (
    name: string,
    kind: Reference['kind'],
    [bitsPerSlice, bitsPerStream, columnsPerConverter]: readonly [number, number, number],
  ): Reference => ({
    name,
    kind,
    design: designOf(
      name,
      library,
      kind === 'full'
        ? { kind: 'adc', bits: 'full', columnsPerConverter }
        : { kind: 'sparse-adc', topSliceBits: 1, bits: 3, columnsPerConverter },
      worksOf(bitsPerSlice, bitsPerStream),
      settleSecond,
    ),
  });
  return [
    adc('full ADC, 1-bit slices and streams, 128 columns each', 'full', [1, 1, 128]),
    adc('full ADC, 1-bit slices and streams, 8 columns each', 'full', [1, 1, 8]),
    adc('full ADC, 2-bit slices, 1-bit streams, 128 columns each', 'full', [2, 1, 128]),
    adc(
      'full ADC, one slice and stream as the magnets (15 bits), 128 columns each',
      'full',
      [4, 4, 128],
    ),
    adc('sparse ADC (1 b, 3 b), 1-bit slices and streams, 128 columns each', 'sparse', [1, 1, 128]),
    adc('sparse ADC (1 b, 3 b), 1-bit slices and streams, 8 columns each', 'sparse', [1, 1, 8]),
  ];
}

/** A design of magnets, with its samples in words. */
export interface MagnetDesign {
  readonly name: string;
  readonly samples: 'uniform' | 'inhomogeneous';
  readonly design: Design;
}

/** The authors' hand-tried list (PAPER.md, C): six values for the eighteen layers, three layers each. */
const HAND_TRIED = [1, 1, 2, 4, 8, 16];

/** Magnets: one slice and stream with T = 1, 2, 4, 8, by hand-tried lists, and by an allocation where given. */
export function magnetDesigns(
  library: ComponentLibrary,
  { price, byLayer }: MagnetPrices,
  allocated: Readonly<Record<string, number>> | undefined,
  settleSecond?: number,
): MagnetDesign[] {
  const converter: ConverterDesign = { kind: 'mtj', price, byLayer, columnsPerConverter: 1 };
  const base = designOf('SOT-MTJ', library, converter, worksOf(4, 4), settleSecond);
  const layers = sampledLayers(base);
  const uniform = (samples: number): MagnetDesign => ({
    name: `T = ${samples}`,
    samples: 'uniform',
    design: withSamples(base, Object.fromEntries(layers.map((name) => [name, samples]))),
  });
  const listed = (name: string, list: readonly number[]): MagnetDesign => ({
    name,
    samples: 'inhomogeneous',
    design: withSamples(
      base,
      Object.fromEntries(layers.map((layer, i) => [layer, list[Math.floor(i / 3)]])),
    ),
  });
  return [
    ...[1, 2, 4, 8].map(uniform),
    listed('T = 1 1 2 4 8 16', HAND_TRIED),
    listed('T = 16 8 4 2 1 1', [...HAND_TRIED].reverse()),
    ...(allocated
      ? [
          {
            name: 'T allocated',
            samples: 'inhomogeneous' as const,
            design: withSamples(base, allocated),
          },
        ]
      : []),
  ];
}

/** A magnet's price at the published bounds: nothing but energy, time and area of a sample differ. */
export const withSamplePrice = (
  { name, samples, design }: MagnetDesign,
  [joule, second]: readonly [number, number],
): MagnetDesign => {
  const { converter } = design.organisation;
  if (converter.kind !== 'mtj') throw new RangeError('no magnets');
  const price = {
    ...converter.price,
    presetJoule: 0,
    writeJoule: joule,
    readJoule: 0,
    sampleSecond: second,
  };
  return {
    name,
    samples,
    design: {
      ...design,
      organisation: { ...design.organisation, converter: { ...converter, price, byLayer: {} } },
    },
  };
};

/** The same architecture read by ADCs of so many bits, eight columns each: NeuroSim's own comparison. */
export const fixedArchitecture = (library: ComponentLibrary, bits: number): Design =>
  designOf(`${bits} bits`, library, { kind: 'adc', bits, columnsPerConverter: 8 }, worksOf(1, 1));

const designOf = (
  name: string,
  library: ComponentLibrary,
  converter: ConverterDesign,
  works: Design['works'],
  settleSecond?: number,
): Design => ({
  name,
  works,
  library,
  organisation: { ...ORGANISATION, converter, settleSecond },
});
