import { describe, expect, it } from 'vitest';
import {
  builtInNames,
  builtInNetwork,
  compileNetwork,
  defaultMapping,
  elementCount,
} from '../../src/network/index.js';
import { arbitrary, arbitraryWeights } from './arbitrary-weights.js';
import { layerTails } from '../../src/network/layer-tail.js';

describe('what follows a layer in one pass', () => {
  it.each(builtInNames.filter((name) => !/resnet(32|44|56)|vgg/.test(name)))(
    'gives the bits of the nodes one after the other: %s',
    (name) => {
      const { graph, shapes } = builtInNetwork(name);
      const weights = arbitraryWeights(shapes);
      expect(layerTails(graph, weights).size).toBeGreaterThan(0);
      const input = Float32Array.from({ length: elementCount(graph.inputShape) }, (_, i) =>
        arbitrary(3 * i),
      );
      for (const mapping of [undefined, { ...defaultMapping, weightBits: 2, activationBits: 2 }]) {
        const converter = { kind: 'tanh', slope: 0.1, samples: 2, zero: 'draw' } as const;
        const network = compileNetwork({ graph, weights, mapping, converter });
        const fused = network.forward(input, 3);
        const seen = new Set<string>();
        const plain = network.forward(input, 3, (node) => seen.add(node));
        expect(seen.size).toBe(graph.nodes.length);
        expect(Array.from(fused)).toEqual(Array.from(plain));
        expect(new Set(fused).size).toBeGreaterThan(1);
      }
    },
  );
});
