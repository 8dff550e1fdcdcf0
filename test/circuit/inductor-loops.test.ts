import { describe, expect, it } from 'vitest';
import { simulate, vectorOf, type AnalysisResult } from '../../src/circuit/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

const run = (...lines: string[]): AnalysisResult =>
  simulate(elaborate(parseNetlist(['loops of inductors', ...lines, '.end', ''].join('\n'))))
    .analyses[0];

const last = (result: AnalysisResult, name: string): number => vectorOf(result, name)!.at(-1)!;

describe('inductors in loops of ideal voltages', () => {
  it('carry nothing at dc across a source of 0 V', () => {
    const result = run('v1 1 0 0', 'l1 1 0 1', 'r1 1 2 1k', 'v2 2 0 1', '.op');
    expect(last(result, 'i(l1)')).toBe(0);
    expect(last(result, 'i(v1)')).toBeCloseTo(1e-3, 15);
  });

  it('share a current as the inverse of their inductances', () => {
    const result = run('i1 0 1 1', 'l1 1 0 1m', 'l2 1 0 3m', '.op');
    expect(last(result, 'i(l1)')).toBeCloseTo(0.75, 12);
    expect(last(result, 'i(l2)')).toBeCloseTo(0.25, 12);
  });

  it('make a transformer on an ideal source, as V = L dI/dt has it', () => {
    const result = run('v1 1 0 sin(0 10 50)', 'l1 1 0 0.1', '.tran 0.05m 25m 0 0.05m');
    const times = result.sweep!.values;
    const current = vectorOf(result, 'i(l1)')!;
    const peak = 10 / (100 * Math.PI * 0.1);
    times.forEach((t, k) => {
      const exact = peak * (1 - Math.cos(100 * Math.PI * t));
      expect(Math.abs(current[k] - exact)).toBeLessThan(1e-3 * peak);
    });
  });

  it('have no part of the loop resistance in ac', () => {
    const result = run('v1 1 0 0 ac 1', 'l1 1 0 1m', '.ac lin 1 1k 1k');
    expect(last(result, 'i(l1)')).toBe(0);
    expect(vectorOf(result, 'i(l1)', 'imaginary')![0]).toBeCloseTo(-1 / (2 * Math.PI), 12);
  });

  it('are refused where the sources around the loop contradict each other', () => {
    expect(() => run('v1 1 0 10', 'l1 1 0 1', '.op')).toThrow(/loop of voltage sources/);
    expect(() => run('v1 1 0 10', 'l1 1 0 1', '.tran 1u 10u uic')).not.toThrow();
  });
});
