import { describe, expect, it } from 'vitest';
import {
  rawFile,
  simulate,
  simulationCsv,
  vectorOf,
  type AnalysisResult,
} from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

const run = (...lines: string[]): AnalysisResult =>
  simulate(elaborate(parseNetlist(['title', ...lines, '.end'].join('\n')))).analyses[0];

const divider = ['v1 in 0 10', 'r1 in out 1k', 'r2 out 0 3k'];

describe('.tf', () => {
  it('gives gain, input and output resistance of a divider', () => {
    const { values } = run(...divider, '.tf v(out) v1');
    expect(values.data[0]).toBeCloseTo(0.75, 12);
    expect(values.data[1]).toBeCloseTo(4e3, 6);
    expect(values.data[2]).toBeCloseTo(750, 6);
  });

  it('gives a transresistance for a current source', () => {
    const { values } = run('i1 0 a 1m', 'r1 a b 1k', 'r2 b 0 2k', '.tf v(b) i1');
    expect(values.data[0]).toBeCloseTo(2e3, 6);
    expect(values.data[1]).toBeCloseTo(3e3, 6);
    expect(values.data[2]).toBeCloseTo(2e3, 6);
  });
});

describe('.sens', () => {
  it('gives the derivatives of a divider', () => {
    const result = run(...divider, '.sens v(out)');
    const by = (name: string) => vectorOf(result, name)![0];
    expect(by('v1')).toBeCloseTo(0.75, 9);
    expect(by('r1') / ((-10 * 3e3) / 4e3 ** 2)).toBeCloseTo(1, 6);
    expect(by('r2') / ((10 * 1e3) / 4e3 ** 2)).toBeCloseTo(1, 6);
  });
});

describe('output files', () => {
  const transient = run('v1 a 0 sin(0 1 1k)', 'r1 a b 1k', 'c1 b 0 1u', '.tran 10u 1m');
  const ac = run('v1 a 0 ac 1', 'r1 a b 1k', 'c1 b 0 1u', '.ac dec 5 1 10k');

  it('writes CSV that reads back exactly', () => {
    const [names, ...rows] = simulationCsv(transient).trim().split('\n');
    expect(names.split(',').slice(0, 3)).toEqual(['time', 'v(a)', 'v(b)']);
    expect(rows.map((row) => Number(row.split(',')[2]))).toEqual([...vectorOf(transient, 'v(b)')!]);
    expect(simulationCsv(ac).split('\n')[0]).toContain('frequency,v(a)|re,v(a)|im,v(b)|re');
  });

  it('writes binary raw files: header, then rows of little-endian doubles', () => {
    const bytes = rawFile([transient, ac]);
    const text = new TextDecoder('latin1').decode(bytes);
    const points = transient.values.shape[0];
    expect(text).toContain(`No. Points: ${points}`);
    const start = text.indexOf('Binary:\n') + 8;
    const view = new DataView(bytes.buffer, start);
    const width = transient.names.length + 1;
    const last = (points - 1) * width;
    expect(view.getFloat64(8 * last, true)).toBe(transient.sweep!.values[points - 1]);
    expect(view.getFloat64(8 * (last + 2), true)).toBe(vectorOf(transient, 'v(b)')![points - 1]);
    expect(text.slice(start + 8 * points * width).startsWith('Title: ')).toBe(true);
    expect(text).toContain('Flags: complex');
  });

  it('writes ASCII raw files', () => {
    const text = new TextDecoder().decode(rawFile([ac], { format: 'ascii' }));
    expect(text).toMatch(/Values:\n 0\t1\.0+e\+0,0\.0+e\+0\n\t1\.0+e\+0,/);
  });
});
