import { describe, expect, it } from 'vitest';
import {
  converterDocumentSchema,
  converterOfDocument,
  defaultMapping,
  mappingDocumentSchema,
  mappingOfDocument,
  samplesAt,
  stoxAuthorsMapping,
  type Mapping,
} from '../../src/network/index.js';
import { parseDocument } from '../../src/units/index.js';
import { testCurve } from './curve-fixture.js';

const mapping = (yaml: string) =>
  mappingOfDocument(parseDocument(mappingDocumentSchema, yaml, 'm.yaml'));

describe('mappings and converters as documents', () => {
  it('are the preset where nothing else is said', () => {
    expect(mapping('{}')).toEqual({ ...defaultMapping, name: 'stox-net' });
    expect(mapping('preset: stox-authors')).toEqual(stoxAuthorsMapping);
  });

  it('say every option of the authors without their preset', () => {
    const spelled = mapping(`
weightBits: 2
activationBits: 2
weightQuantiser: { kind: away-from-zero, clamp: false, standardise: true, powerOfTwoScale: true }
activationQuantiser: away-from-zero
rowsPerArray: 64
columnsPerArray: 64
chunkRule: equal
rowOrder: kernel-position-major
normalisation: { kind: per-pixel, epsilon: 0.001 }
first: float
last: float
`);
    expect({ ...spelled, name: '' }).toEqual({ ...stoxAuthorsMapping, name: '' });
  });

  it('refuse unknown keys and values with the key path', () => {
    expect(() => mapping('rowPerArray: 64')).toThrow(/rowsPerArray/);
    expect(() => mapping('layers: { conv1: { weightBits: 99 } }')).toThrow(
      /layers.conv1.weightBits/,
    );
    expect(() => mapping('preset: isac')).toThrow(/preset/);
  });

  it('change a trained mapping by the keys they give and by no other', () => {
    const trained: Mapping = {
      ...defaultMapping,
      name: 'trained',
      activationBits: 2,
      policy: { first: 'float', last: 'float', layers: { conv3: 'float' } },
      layers: { conv1: { gain: 3, inputScale: 2 }, conv2: { gain: 5, biasRow: 7 } },
    };
    const changed = (yaml: string) =>
      mappingOfDocument(parseDocument(mappingDocumentSchema, yaml, 'm.yaml'), trained);
    expect(changed('{}')).toEqual(trained);
    expect(changed('rowsPerArray: 64')).toEqual({ ...trained, rowsPerArray: 64 });
    expect(changed('cell: { readVolt: 0.2 V }').cell).toEqual({ ...trained.cell, readVolt: 0.2 });
    expect(changed('first: mapped').policy).toEqual({ ...trained.policy, first: 'mapped' });
    expect(changed('policies: { conv2: float }').policy.layers).toEqual({
      ...{ conv2: 'float', conv3: 'float' },
    });
    // One layer's key leaves the layer's others and the other layers alone.
    expect(changed('layers: { conv1: { gain: 4 } }').layers).toEqual({
      conv1: { gain: 4, inputScale: 2 },
      conv2: { gain: 5, biasRow: 7 },
    });
    // A key for all layers means all layers.
    expect(changed('gain: 2')).toEqual({
      ...trained,
      gain: 2,
      layers: { conv1: { inputScale: 2 }, conv2: { biasRow: 7 } },
    });
    // A preset by name replaces it.
    expect(changed('preset: stox-authors')).toEqual(stoxAuthorsMapping);
  });

  it('name their curves', () => {
    const document = parseDocument(
      converterDocumentSchema,
      'kind: mtj\ncurve: c.json\nsamples: { default: 1, layers: { conv1: 8 } }',
      'c.yaml',
    );
    const curve = testCurve();
    expect(converterOfDocument(document, new Map([['c.json', curve]]))).toEqual({
      kind: 'mtj',
      curve,
      samples: { default: 1, layers: { conv1: 8 } },
    });
    expect(() => converterOfDocument(document, new Map())).toThrow(/c.json/);
  });

  it('take errors of converters and factors of slices and streams', () => {
    const curve = testCurve();
    const converter = converterOfDocument(
      converterDocumentSchema.parse({
        kind: 'mtj',
        curve: 'a.json',
        samples: { default: 2, slices: [1, 4] },
        population: { spread: { i50Ampere: 1e-6 } },
        readError: { plusAsMinus: 0.01 },
      }),
      new Map([['a.json', curve]]),
    );
    expect(converter).toEqual({
      kind: 'mtj',
      curve,
      samples: { default: 2, layers: {}, slices: [1, 4] },
      population: { spread: { i50Ampere: 1e-6, logSlope: 0, correlation: 0 }, chip: 1 },
      readError: { plusAsMinus: 0.01, minusAsPlus: 0 },
    });
    if (converter.kind !== 'mtj') throw new Error('another converter');
    expect(samplesAt(converter.samples, 'any', 1, 0)).toBe(8);
    expect(samplesAt(converter.samples, 'any', 2, 3)).toBe(2);
    const adc = converterOfDocument(
      converterDocumentSchema.parse({ kind: 'adc', bits: 3, topSliceBits: 1, gainSigma: 0.1 }),
      new Map(),
    );
    expect(adc).toEqual({ kind: 'adc', bits: 3, topSliceBits: 1, range: 'full', gainSigma: 0.1 });
  });
});
