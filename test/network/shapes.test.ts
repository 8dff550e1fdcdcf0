import { describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import { inferShapes, tensor, type Graph } from '../../src/network/index.js';

const graph: Graph = {
  name: 'crooked',
  inputShape: [3, 8, 8],
  output: 'head',
  nodes: [
    {
      name: 'conv',
      op: 'conv2d',
      inputs: ['input'],
      attributes: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 },
      weights: { weight: 'conv.weight' },
    },
    { name: 'sum', op: 'add', inputs: ['input', 'elsewhere'], attributes: {}, weights: {} },
    { name: 'flat', op: 'flatten', inputs: ['input'], attributes: {}, weights: {} },
    {
      name: 'head',
      op: 'linear',
      inputs: ['flat'],
      attributes: {},
      weights: { weight: 'h.weight' },
    },
    {
      name: 'more',
      op: 'linear',
      inputs: ['flat'],
      attributes: {},
      weights: { weight: 'no.weight' },
    },
  ],
};

describe('graphs that do not fit', () => {
  it('are refused with every node that is wrong, and what is wrong with it', () => {
    const weights = new Map([
      ['conv.weight', tensor([4, 5, 3, 3], new Float32Array(180))],
      ['h.weight', tensor([10, 100], new Float32Array(1000))],
    ]);
    let error: unknown;
    try {
      inferShapes(graph, weights);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SpinbarError);
    const found = (error as SpinbarError).diagnostics;
    expect((error as SpinbarError).exitCode).toBe(3);
    expect(found.map(({ code }) => code)).toEqual([
      'network.shape-mismatch',
      'network.unknown-input',
      'network.shape-mismatch',
      'network.missing-weight',
    ]);
    expect(found[0].what).toMatch(/conv \(conv2d\).*3/);
    expect(found[1].what).toMatch(/sum \(add\) takes "elsewhere"/);
    expect(found[2].what).toMatch(/head \(linear\).*192/);
    expect(found[3].what).toMatch(/more \(linear\) wants weight "no.weight"/);
  });

  it('are refused where the output is no node', () => {
    const flat: Graph = { ...graph, nodes: [graph.nodes[2]], output: 'logits' };
    expect(() => inferShapes(flat, new Map())).toThrow(/output "logits" is no node of crooked/);
  });
});
