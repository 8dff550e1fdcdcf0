import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import { readText, writeFileAtomically } from '../../src/experiment/node/files.js';
import { openOutputFolder } from '../../src/experiment/node/output-folder.js';
import { VERSION } from '../../src/experiment/node/version.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spinbar-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof SpinbarError) return error.diagnostics[0].code;
    throw error;
  }
  return 'none';
};

describe('openOutputFolder', () => {
  const inputs = { 'device file': 'a'.repeat(200), seed: 3 };

  it('leaves results and a manifest that lists them, and no working state', () => {
    const out = join(root, 'out');
    const folder = openOutputFolder(out, { inputs });
    folder.saveCheckpoint('part-1', [1, 2]);
    folder.write('results.json', '{}');
    folder.finish({ seed: 3 });
    expect(readdirSync(out).sort()).toEqual(['results.json', 'run.json']);
    expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'))).toEqual({
      seed: 3,
      version: VERSION,
      inputHash: folder.inputHash,
      files: ['results.json', 'run.json'],
    });
  });

  it('refuses a folder that is not empty, touching nothing', () => {
    writeFileSync(join(root, 'thesis.tex'), 'x');
    expect(codeOf(() => openOutputFolder(root, { inputs }))).toBe('experiment.output-not-empty');
    expect(codeOf(() => openOutputFolder(root, { inputs, resume: true }))).toBe(
      'experiment.output-not-empty',
    );
    expect(readdirSync(root)).toEqual(['thesis.tex']);
  });

  it('with force replaces an earlier run but never a stranger’s file', () => {
    const first = openOutputFolder(root, { inputs });
    first.write('old.csv', '1');
    first.finish({});
    writeFileSync(join(root, 'thesis.tex'), 'x');
    const second = openOutputFolder(root, { inputs: { seed: 4 }, force: true });
    second.write('new.csv', '2');
    second.finish({});
    expect(readdirSync(root).sort()).toEqual(['new.csv', 'run.json', 'thesis.tex']);
  });

  it('never removes files outside the folder, whatever its manifest says', () => {
    const out = join(root, 'out');
    openOutputFolder(out, { inputs }).finish({});
    writeFileSync(join(root, 'precious'), 'x');
    writeFileSync(join(out, 'run.json'), JSON.stringify({ files: ['../precious', '/etc/hosts'] }));
    openOutputFolder(out, { inputs, force: true });
    expect(existsSync(join(root, 'precious'))).toBe(true);
  });

  it('resumes an interrupted run of the same inputs, and only of the same', () => {
    const first = openOutputFolder(root, { inputs });
    first.write('early.csv', '1');
    first.saveCheckpoint('part-1', { correct: 17 });
    first.suspend();
    expect(codeOf(() => openOutputFolder(root, { inputs }))).toBe('experiment.output-not-empty');
    expect(
      codeOf(() => openOutputFolder(root, { inputs: { ...inputs, seed: 4 }, resume: true })),
    ).toBe('experiment.resume-mismatch');
    const second = openOutputFolder(root, { inputs, resume: true });
    expect(second.resumed).toBe(true);
    expect(second.loadCheckpoint('part-1')).toEqual({ correct: 17 });
    expect(second.loadCheckpoint('part-2')).toBeUndefined();
    second.finish({});
    expect(readdirSync(root).sort()).toEqual(['early.csv', 'run.json']);
  });

  it('says which inputs are not those of the interrupted run, short ones with both values', () => {
    const first = openOutputFolder(root, { inputs: { ...inputs, '--set samples': [1, 2] } });
    first.suspend();
    const other = { 'device file': 'b'.repeat(200), seed: 4, '--set samples': [1, 2] };
    expect(() => openOutputFolder(root, { inputs: other, resume: true })).toThrow(
      /fit: device file; seed \(3, now 4\)$/m,
    );
    const without = { ...inputs, '--shard': undefined };
    expect(() => openOutputFolder(root, { inputs: without, resume: true })).toThrow(
      /fit: --set samples \(\[1,2\], now none\)$/m,
    );
    const same = openOutputFolder(root, {
      inputs: { '--set samples': [1, 2], ...inputs },
      resume: true,
    });
    expect(same.inputHash).toBe(first.inputHash);
  });

  it('refuses a folder in which a living process writes', () => {
    openOutputFolder(root, { inputs }).suspend();
    const state = join(root, '.partial/state.json');
    const written = JSON.parse(readFileSync(state, 'utf8')) as object;
    writeFileSync(state, JSON.stringify({ ...written, running: true, processId: process.ppid }));
    for (const options of [{ resume: true }, { force: true }])
      expect(codeOf(() => openOutputFolder(root, { inputs, ...options }))).toBe(
        'experiment.output-in-use',
      );
  });

  it('discards everything it wrote', () => {
    const out = join(root, 'out');
    const folder = openOutputFolder(out, { inputs });
    folder.write('half.csv', '1');
    folder.discard();
    expect(existsSync(out)).toBe(false);
  });
});

describe('files', () => {
  it('names the nearest file when one is missing', () => {
    writeFileSync(join(root, 'device.yaml'), '');
    try {
      readText(join(root, 'devcie.yaml'), 'the device file');
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toContain(`did you mean ${join(root, 'device.yaml')}?`);
      expect((error as SpinbarError).exitCode).toBe(3);
    }
  });

  it('leaves the old file and no temporary one when a write fails', () => {
    writeFileAtomically(join(root, 'a'), 'old');
    expect(codeOf(() => writeFileAtomically(join(root, 'a', 'b'), 'new'))).toBe(
      'experiment.cannot-write',
    );
    expect(readText(join(root, 'a'), 'it')).toBe('old');
    expect(readdirSync(root)).toEqual(['a']);
  });
});
