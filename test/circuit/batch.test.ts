import { describe, expect, it } from 'vitest';
import {
  batchUnits,
  circuitTasks,
  fromPlain,
  mergeResults,
  readSource,
  simulateUnits,
  type BatchInput,
  type BatchOutput,
  type NetlistSource,
} from '../../src/circuit/index.js';

const source: NetlistSource = {
  text: `divider with spread
.param r=agauss(1k,100,1) load=2k
v1 in 0 pulse(0 1 1u 1u 1u 5u 20u)
r1 in out {r}
r2 out 0 {load}
c1 out 0 1n
.step param load list 1k 2k 5k
.tran 0.5u 10u
.measure tran top max v(out)
.end
`,
  file: 'spread.cir',
  includes: {},
  parameters: {},
  seed: 7,
};
const netlist = readSource(source);
const units = batchUnits(netlist, 4);
const task = circuitTasks['circuit.units'] as (input: BatchInput) => BatchOutput;

describe('batches', () => {
  it('draw every trial anew and name trial and step', () => {
    const { analyses, measures } = simulateUnits(netlist, { units });
    expect(units).toHaveLength(12);
    expect(analyses[4].step).toEqual({ trial: 1, load: 2000 });
    expect(new Set(measures.map(({ value }) => value)).size).toBe(12);
    const tops = measures.filter(({ step }) => step!.load === 2000).map(({ value }) => value!);
    for (const top of tops) expect(Math.abs(top - 2 / 3)).toBeLessThan(0.12);
  });

  it('are bit-identical for any split over workers', () => {
    const whole = simulateUnits(netlist, { units });
    for (const length of [1, 5]) {
      const parts = [];
      for (let at = 0; at < units.length; at += length) {
        const input: BatchInput = { source, units: units.slice(at, at + length) };
        parts.push(fromPlain(structuredClone(task(structuredClone(input)))));
      }
      const merged = mergeResults(parts);
      expect(merged.measures).toEqual(whole.measures);
      merged.analyses.forEach((analysis, k) => {
        const reference = whole.analyses[k];
        expect(analysis.names).toEqual(reference.names);
        expect(analysis.step).toEqual(reference.step);
        expect(Array.from(analysis.values.data)).toEqual(Array.from(reference.values.data));
      });
    }
  });

  it('are what a run without trials gives when only steps are asked for', () => {
    const { analyses } = simulateUnits(netlist, { units: batchUnits(netlist, undefined) });
    const [first] = simulateUnits(netlist, { units: [{ trial: 0, step: 0 }] }).analyses;
    expect(analyses.map(({ step }) => step)).toEqual([{ load: 1e3 }, { load: 2e3 }, { load: 5e3 }]);
    expect(Array.from(analyses[0].values.data)).toEqual(Array.from(first.values.data));
  });
});
