import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatDiagnostic, SpinbarError, type Diagnostic } from '../../src/errors/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';

/**
 * Netlists with one fault each. The title of each says which diagnostics are expected on which
 * lines: `expect CODE LINE; CODE LINE`, or `expect warning CODE LINE` when it must still elaborate.
 */
const FOLDER = fileURLToPath(new URL('./broken/', import.meta.url));
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.cir'));

function diagnosticsOf(file: string): readonly Diagnostic[] {
  const netlist = parseNetlist(readFileSync(join(FOLDER, file), 'utf8'), {
    file,
    resolve: (path) =>
      existsSync(join(FOLDER, path)) ? readFileSync(join(FOLDER, path), 'utf8') : undefined,
  });
  try {
    return elaborate(netlist).diagnostics;
  } catch (error) {
    if (error instanceof SpinbarError) return error.diagnostics;
    throw error;
  }
}

describe('broken netlists', () => {
  it('are at least 60', () => {
    expect(files.length).toBeGreaterThanOrEqual(60);
  });

  it.each(files)('%s', (file) => {
    const title = readFileSync(join(FOLDER, file), 'utf8').split('\n')[0];
    const expected = title
      .replace('expect ', '')
      .split(';')
      .map((one) => {
        const words = one.trim().split(' ');
        const severity = words[0] === 'warning' ? 'warning' : 'error';
        return { severity, code: words.at(-2), line: Number(words.at(-1)) };
      });
    const found = diagnosticsOf(file);
    expect(
      found.map(({ severity, code, where }) => ({ severity, code, line: where?.line })),
      found.map(formatDiagnostic).join('\n'),
    ).toEqual(expected);
    for (const diagnostic of found) {
      const { where } = diagnostic;
      expect(where?.file).toBe(file);
      // The caret stands within the line, or just behind it where something is missing.
      expect(where?.column).toBeGreaterThanOrEqual(1);
      expect(where?.column).toBeLessThanOrEqual((where?.sourceLine?.length ?? 0) + 1);
      expect(formatDiagnostic(diagnostic)).toContain('^');
    }
  });
});
