import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import { readSafetensors, writeSafetensors } from '../../src/formats/index.js';

const file = (header: unknown, data: readonly number[]): Uint8Array => {
  const text = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
};

describe('safetensors', () => {
  it('reads back what it writes, names, shapes, metadata and bits', () => {
    const names = fc.uniqueArray(
      fc.string().filter((name) => name !== '__metadata__'),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(names, fc.array(fc.float({ noNaN: true })), (keys, values) => {
        const data = Float32Array.from(values);
        const tensors = new Map(keys.map((name) => [name, { shape: [data.length], data }]));
        const metadata = { made: 'by a test' };
        const read = readSafetensors(writeSafetensors({ tensors, metadata }), 'x');
        expect(read.metadata).toEqual(metadata);
        expect([...read.tensors.keys()].sort()).toEqual([...keys].sort());
        for (const { data: got } of read.tensors.values()) expect(got).toEqual(data);
      }),
    );
  });

  it('reads every number type', () => {
    const entry = (dtype: string, from: number, to: number, count = 1) => ({
      dtype,
      shape: [count],
      data_offsets: [from, to],
    });
    const bytes = file(
      {
        h: entry('F16', 0, 4, 2),
        b: entry('BF16', 4, 6),
        i: entry('I8', 6, 7),
        l: entry('I64', 7, 15),
      },
      [0x00, 0xc0, 0x01, 0x00, 0x80, 0x3f, 0xff, 5, 0, 0, 0, 0, 0, 0, 0],
    );
    const { tensors } = readSafetensors(bytes, 'x');
    expect([...tensors.get('h')!.data]).toEqual([-2, 2 ** -24]);
    expect([...tensors.get('b')!.data]).toEqual([1]);
    expect([...tensors.get('i')!.data]).toEqual([-1]);
    expect([...tensors.get('l')!.data]).toEqual([5]);
  });

  const two = { w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } };
  it.each([
    ['too short', Uint8Array.of(1, 2), 'only 2 bytes'],
    ['cut in the header', file(two, []).subarray(0, 20), 'end inside the header'],
    ['cut in the data', file(two, [0, 0, 0]), 'ends at byte'],
    ['not JSON', file('{', []), 'not JSON'],
    ['a list', file('[]', []), 'not a JSON object'],
    ['of a wrong size', file({ w: { ...two.w, shape: [3] } }, [0, 0]), 'want 12 bytes, it has 8'],
    ['of negative shape', file({ w: { ...two.w, shape: [-2] } }, []), 'no valid description'],
    ['of unknown type', file({ w: { ...two.w, dtype: 'Q4' } }, []), 'type Q4'],
    ['named like Object’s own', file({ w: { ...two.w, dtype: 'toString' } }, []), 'type toString'],
  ])('refuses a file that is %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, 'w.safetensors')).toThrow(message);
  });

  it('throws nothing but our error when bytes are changed', () => {
    const data = Float32Array.of(1, 2, 3);
    const good = writeSafetensors({ tensors: new Map([['w', { shape: [3], data }]]) });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
        try {
          readSafetensors(good.with(at, value), 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(SpinbarError);
        }
      }),
      { numRuns: 500 },
    );
  });

  const reference = new URL('../../../shared/data/models/', import.meta.url);
  it.skipIf(!existsSync(reference))('reads a file that another library wrote', () => {
    const name = readdirSync(reference).find((entry) => entry.endsWith('.safetensors'))!;
    const { tensors } = readSafetensors(readFileSync(new URL(name, reference)), name);
    const total = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
    expect(total).toBeGreaterThan(268_000);
    expect(tensors.get('conv1.weight')?.shape).toEqual([16, 3, 3, 3]);
  });
});
