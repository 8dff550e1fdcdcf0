import { describe, expect, it } from 'vitest';
import { builtInNetwork } from '../../src/network/index.js';
import { compileProgram } from '../../src/training/compile.js';
import { declareParameters, initialParameters } from '../../src/training/initialise.js';
import { noise } from './support.js';

const { graph, shapes } = builtInNetwork('resnet20');
const table = declareParameters(graph, shapes);
const parameters = initialParameters(graph, table, 5);

function compiled(inference: boolean) {
  const program = compileProgram(graph, table, { images: 16, inference });
  const { workspace, input, logits } = program;
  const pass = {
    parameters,
    gradient: new Float32Array(table.length),
    training: false,
    seed: 1,
    imageIndices: new Uint32Array(16),
  };
  const run = (): Float32Array => {
    workspace.f32(input.data).set(noise(workspace.f32(input.data).length, 4));
    program.forward(pass);
    return workspace.f32(logits.data).slice();
  };
  return { program, pass, run };
}

describe('a program compiled for inference', () => {
  it('computes the same bits, again and again, in less memory', () => {
    const full = compiled(false);
    const lean = compiled(true);
    const expected = full.run();
    expect(new Set(expected).size).toBeGreaterThan(10);
    expect(lean.run()).toEqual(expected);
    expect(lean.run()).toEqual(expected);
    expect(lean.program.workspace.bytes).toBeLessThan(0.9 * full.program.workspace.bytes);
  });

  it('refuses a backward pass', () => {
    const { program, pass } = compiled(true);
    expect(() => program.backward(pass)).toThrow('compiled for inference');
  });
});
