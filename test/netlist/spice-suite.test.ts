import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';
import { joinPath } from '../../src/netlist/parse/include.js';

/** Public netlists with reference outputs (see ../shared/data/spice-suite/README.md). */
const SUITE = fileURLToPath(new URL('../../../shared/data/spice-suite/', import.meta.url));
const available = existsSync(join(SUITE, 'manifest.json'));
if (!available) console.info(`skipped: ${SUITE} is not there`);

interface Entry {
  readonly name: string;
  readonly netlist: string;
  readonly category: string;
  readonly columns: readonly string[];
  readonly analyses: readonly string[];
}

const entries: readonly Entry[] = available
  ? (JSON.parse(readFileSync(join(SUITE, 'manifest.json'), 'utf8')) as { entries: Entry[] }).entries
  : [];

function load(entry: Entry) {
  const file = join(SUITE, entry.netlist);
  return parseNetlist(readFileSync(file, 'utf8'), {
    file,
    resolve: (path, from) => {
      const target = joinPath(from, path);
      return existsSync(target) && dirname(target) ? readFileSync(target, 'utf8') : undefined;
    },
  });
}

describe.skipIf(!available)('spice suite', () => {
  it.each(entries.filter(({ category }) => category !== 'diagnostic'))(
    '$name elaborates',
    (entry) => {
      const circuit = elaborate(load(entry));
      const kinds = new Set<string>(circuit.analyses.map(({ kind }) => kind));
      for (const analysis of entry.analyses) expect(kinds).toContain(analysis);
      const nodes = new Set(circuit.nodeNames);
      for (const column of entry.columns) {
        const name = /^v\(([^),]+)\)/.exec(column)?.[1];
        if (name !== undefined) expect(nodes).toContain(name);
      }
    },
  );

  it.each([
    ['err_no_value', 'netlist.missing-value', 3],
    ['err_pin_count', 'netlist.pin-count', 3],
    ['err_recursion', 'netlist.recursive-subcircuit', 5],
  ])('%s is refused with %s on line %i', (name, code, line) => {
    const entry = entries.find((one) => one.name === name);
    expect(entry).toBeDefined();
    if (!entry) return;
    try {
      elaborate(load(entry));
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof SpinbarError)) throw error;
      expect(error.diagnostics[0]).toMatchObject({ code, where: { line } });
    }
  });
});
