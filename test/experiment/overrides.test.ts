import { describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import { applyOverrides, parseOverride } from '../../src/experiment/overrides.js';

const file = 'experiment.yaml';

describe('overrides', () => {
  const data = { name: 'x', mapping: { rows: 128 }, samples: [1, 2], mtj: null };

  it('replaces, adds and descends, and leaves the original alone', () => {
    const overrides = ['mapping.rows=64', 'mapping.cell.on=5 kohm', 'samples.1=8', 'mtj.alpha=0.1'];
    const { data: changed } = applyOverrides(data, overrides.map(parseOverride), file);
    expect(changed).toEqual({
      name: 'x',
      mapping: { rows: 64, cell: { on: '5 kohm' } },
      samples: [1, 8],
      mtj: { alpha: 0.1 },
    });
    expect(data.mapping).toEqual({ rows: 128 });
  });

  it('warns of each loaded value that changes, showing both, and of nothing else', () => {
    const overrides = ['mapping.rows=64', 'mapping.columns=64', 'name=x'].map(parseOverride);
    const { changes } = applyOverrides(data, overrides, file);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({
      severity: 'warning',
      what: 'mapping.rows: 128 -> 64 (--set)',
      where: { keyPath: 'mapping.rows' },
    });
  });

  it('refuses a path through something that has no keys', () => {
    for (const text of ['name.first=1', 'samples.7=1'])
      expect(() => applyOverrides(data, [parseOverride(text)], file)).toThrow(SpinbarError);
  });

  it('reads values as YAML and refuses what is not key=value', () => {
    expect(parseOverride('a.b=[1, 2]')).toMatchObject({ path: ['a', 'b'], value: [1, 2] });
    expect(parseOverride('a=20 nm').value).toBe('20 nm');
    for (const text of ['a', '=1', 'a..b=1', 'a=[1'])
      expect(() => parseOverride(text)).toThrow(SpinbarError);
  });
});
