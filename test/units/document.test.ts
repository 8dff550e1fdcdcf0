import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { SpinbarError } from '../../src/errors/index.js';
import {
  described,
  describeSchema,
  optionalQuantity,
  parseDocument,
  quantity,
} from '../../src/units/index.js';

const schema = z.strictObject({
  name: z.string(),
  mtj: z.strictObject({
    alpha: quantity({
      name: 'Gilbert damping',
      symbol: 'alpha',
      description: 'Loss of precession.',
      dimension: 'none',
      min: 0,
      exclusiveMin: true,
      max: 1,
    }),
    thickness: quantity({
      name: 'thickness',
      unit: 'nm',
      description: 'Of the free layer.',
      dimension: 'length',
      min: '0.1 nm',
      default: '1.1 nm',
    }),
    field: optionalQuantity({
      name: 'field',
      unit: 'mT',
      description: 'External.',
      dimension: 'fluxDensity',
    }),
  }),
  drive: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('pulse'),
      width: quantity({
        name: 'width',
        unit: 'ns',
        description: 'Pulse width.',
        dimension: 'time',
      }),
    }),
    z.strictObject({ kind: z.literal('ramp'), slope: z.number() }),
  ]),
  layers: described(z.array(z.strictObject({ rows: z.int().min(1) })), {
    name: 'layers',
    description: 'Mapped layers.',
  }).default([]),
});

const problems = (text: string) => {
  try {
    parseDocument(schema, text, 'device.yaml');
  } catch (error) {
    if (error instanceof SpinbarError) return error;
    throw error;
  }
  throw new Error('accepted');
};

describe('parseDocument', () => {
  it('gives SI numbers and defaults', () => {
    const device = parseDocument(
      schema,
      'name: a\nmtj: { alpha: 0.03, field: 10 mT }\ndrive: { kind: pulse, width: 2 ns }\n',
      'device.yaml',
    );
    expect(device).toEqual({
      name: 'a',
      mtj: { alpha: 0.03, thickness: 1.1e-9, field: 0.01 },
      drive: { kind: 'pulse', width: 2e-9 },
      layers: [],
    });
  });

  it('reports every problem at once with key path, line and mend', () => {
    const error = problems(
      'name: a\nmtj:\n  alpha: 0\n  thicknes: 1 nm\n  thickness: 20 nA\ndrive: { kind: pulse }\nlayers:\n  - rows: 0\n',
    );
    expect(error.exitCode).toBe(3);
    const seen = error.diagnostics.map(({ code, where }) => [code, where?.keyPath, where?.line]);
    expect(seen).toEqual(
      expect.arrayContaining([
        ['config.invalid-value', 'mtj.alpha', 3],
        ['config.unknown-key', 'mtj.thicknes', 4],
        ['config.invalid-value', 'mtj.thickness', 5],
        ['config.missing-key', 'drive.width', 6],
        ['config.invalid-value', 'layers[0].rows', 8],
      ]),
    );
    expect(error.message).toContain('did you mean "thickness"?');
    expect(error.message).toContain('"20 nA" is a current, want a length');
  });

  it('knows the keys of the branch that was meant', () => {
    const error = problems(
      'name: a\nmtj: { alpha: 0.1 }\ndrive: { kind: ramp, slope: 1, widht: 2 ns }\n',
    );
    expect(error.message).toContain('known here: kind, slope');
  });

  it('points at a syntax error', () => {
    expect(problems('name: [a\nmtj: 1').diagnostics[0]).toMatchObject({
      code: 'config.syntax',
      where: { file: 'device.yaml', line: expect.any(Number) as number },
    });
  });

  it('describes its fields', () => {
    const fields = describeSchema(schema);
    expect(fields.map(({ path }) => path)).toEqual([
      'name',
      'mtj',
      'mtj.alpha',
      'mtj.thickness',
      'mtj.field',
      'drive',
      'drive.kind',
      'drive.width',
      'drive.slope',
      'layers',
      'layers[].rows',
    ]);
    expect(fields[2]).toMatchObject({
      symbol: 'alpha',
      range: 'greater than 0 and at most 1',
      optional: false,
    });
    expect(fields[3]).toMatchObject({ unit: 'nm', default: '1.1 nm', optional: true });
  });
});
