import { describe, expect, it } from 'vitest';
import {
  builtInNetwork,
  compileNetwork,
  pixelNormaliser,
  stoxAuthorsMapping,
  type Converter,
  type Tensor,
} from '../../src/network/index.js';
import { CIFAR_TEST, cifarTest, haveShared, sharedBytes, sharedTensors } from './shared-data.js';

const MODEL = 'stox-authors/2w2a_64.safetensors';
const REFERENCE = 'stox-authors/2w2a_64_reference.json';
const available = haveShared(MODEL, REFERENCE, CIFAR_TEST);

interface Reference {
  readonly logits_sign: readonly (readonly number[])[];
  readonly logits_mean: readonly (readonly number[])[];
}

describe.skipIf(!available)('a checkpoint of the StoX-Net authors, by configuration alone', () => {
  const { graph } = builtInNetwork('resnet20-stox');
  const weights = available ? sharedTensors(MODEL) : new Map<string, Tensor>();
  const images = available ? cifarTest().pixels : new Uint8Array();
  const prepare = pixelNormaliser(graph);
  const reference = available
    ? (JSON.parse(new TextDecoder().decode(sharedBytes(REFERENCE))) as Reference)
    : undefined;

  /** Runs one image; `edge` is how near any quantised activation came to changing its level. */
  const runner = (
    samples: 'sign' | 'infinite',
  ): ((image: number) => { logits: Float32Array; edge: number }) => {
    const converter: Converter = { kind: 'tanh', slope: 4, samples, zero: 'zero' };
    const network = compileNetwork({ graph, weights, mapping: stoxAuthorsMapping, converter });
    return (image) => {
      let edge = Infinity;
      const input = prepare(images.subarray(image * 3072, (image + 1) * 3072));
      const logits = network.forward(input, image, (node, { data }) => {
        if (!/act\d$/.test(node)) return;
        // Levels change at 0 and +-0.5 (the clamp gives +-1 exactly).
        for (const a of data)
          if (Math.abs(a) < 1) edge = Math.min(edge, Math.abs(a), Math.abs(Math.abs(a) - 0.5));
      });
      return { logits, edge };
    };
  };

  const worstOf = (got: Float32Array, wanted: readonly number[] = []): number =>
    got.reduce((top, value, c) => Math.max(top, Math.abs(value - wanted[c])), 0);

  it('meets the logits with the draw replaced by its mean', () => {
    const run = runner('infinite');
    for (let i = 0; i < 16; i += 1)
      expect(worstOf(run(i).logits, reference?.logits_mean[i])).toBeLessThan(1e-4);
  });

  it('meets the logits with the draw replaced by the sign, to rounding', () => {
    const run = runner('sign');
    const missed = Array.from({ length: 16 }, (_, i) => i).filter((i) => {
      const { logits, edge } = run(i);
      const worst = worstOf(logits, reference?.logits_sign[i]);
      if (worst < 1e-4) return false;
      // A sign turns one rounding error at a quantiser's edge into another network.
      console.log(`image ${i}: off by ${worst.toFixed(2)}, activation ${edge} from a level's edge`);
      expect(edge).toBeLessThan(1e-6);
      return true;
    });
    expect(missed.length).toBeLessThanOrEqual(1);
  });
});
