import { describe, expect, it } from 'vitest';
import {
  builtInNetwork,
  defaultMapping,
  mappingReport,
  mergeScores,
  pixelNormaliser,
  compileNetwork,
  scoreImages,
  type Converter,
  type ImageSlice,
  type Mapping,
} from '../../src/network/index.js';
import { testCurve } from './curve-fixture.js';
import { CIFAR_TEST, cifarTest, haveShared, sharedBytes, sharedTensors } from './shared-data.js';

const MODEL = 'models/resnet20.safetensors';
const LOGITS = 'models/resnet20_logits_first16.f32';
const available = haveShared(MODEL, LOGITS, CIFAR_TEST);

describe.skipIf(!available)('ResNet-20 on CIFAR-10', () => {
  const { graph } = builtInNetwork('resnet20');
  const weights = available ? sharedTensors(MODEL) : new Map();
  const data = available ? cifarTest() : { pixels: new Uint8Array(), labels: new Uint8Array() };
  const slice = (first: number, last: number): ImageSlice => ({
    first,
    pixels: data.pixels.subarray(first * 3072, last * 3072),
    labels: data.labels.subarray(first, last),
  });

  it('gives the logits of torch to 1e-4', () => {
    const bytes = sharedBytes(LOGITS);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const network = compileNetwork({ graph, weights });
    const prepare = pixelNormaliser(graph);
    let worst = 0;
    for (let i = 0; i < 16; i += 1) {
      const logits = network.forward(prepare(slice(i, i + 1).pixels), i);
      logits.forEach((value, c) => {
        worst = Math.max(worst, Math.abs(value - view.getFloat32(4 * (10 * i + c), true)));
      });
    }
    expect(worst).toBeLessThan(1e-4);
  });

  it('scores the float network as torch does on the first 250 images', () => {
    const { correct } = scoreImages({ graph, weights, images: slice(0, 250) });
    // 9173 of 10000 in all (bench/network/resnet20.ts runs the whole set).
    expect(correct).toBeGreaterThan(218);
    expect(correct).toBeLessThan(243);
  });

  it('counts the conversions of the authors: 745472, 466944, 274432 at R = 64, 128, 256', () => {
    const sign: Converter = { kind: 'sign' };
    for (const [rowsPerArray, conversions] of [
      [64, 745_472],
      [128, 466_944],
      [256, 274_432],
    ]) {
      const mapping: Mapping = {
        ...defaultMapping,
        rowsPerArray,
        columnsPerArray: rowsPerArray,
        weightBits: 1,
        activationBits: 1,
        policy: { first: 'mapped', last: 'float' },
      };
      const report = mappingReport(graph, weights, mapping, sign);
      expect(report.conversionsPerImage).toBe(conversions);
      expect(report.layers).toHaveLength(19);
    }
  });

  it('gives the same bits for any split of the images', { timeout: 240_000 }, () => {
    const mapping: Mapping = { ...defaultMapping, policy: { first: 'float', last: 'float' } };
    const converter: Converter = { kind: 'mtj', curve: testCurve(1e-4), samples: 2 };
    const run = (first: number, last: number): ReturnType<typeof scoreImages> =>
      scoreImages({
        graph,
        weights,
        mapping,
        converter,
        seed: 4,
        images: slice(first, last),
        logits: true,
      });
    const whole = run(3, 9);
    expect(mergeScores([run(7, 9), run(3, 4), run(4, 7)])).toEqual(whole);
    expect(() => mergeScores([run(3, 4), run(5, 6)])).toThrow(/gap/);
  });
});
