import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { invalidInput } from '../../errors/index.js';
import { sha256, writeFileAtomically } from './files.js';
import { VERSION } from './version.js';

/** Names the manifest of a finished folder and the working state of an unfinished one. */
export const MANIFEST = 'run.json';
export const PARTIAL = '.partial';
const STATE = 'state.json';

/** A folder that a command fills. Until `finish`, its `.partial` folder marks it as unfinished. */
export interface OutputFolder {
  readonly path: string;
  /** Hash of all inputs; in the manifest too. */
  readonly inputHash: string;
  /** Whether an interrupted run of the same inputs is being continued. */
  readonly resumed: boolean;
  /** Writes one result file, whole or not at all. */
  write(name: string, data: string | Uint8Array): void;
  /** Keeps an intermediate result until the run is finished. */
  saveCheckpoint(name: string, value: unknown): void;
  /** The intermediate result of this name, or undefined. */
  loadCheckpoint(name: string): unknown;
  /** Names of the files written so far, in order. */
  files(): readonly string[];
  /** Writes the manifest (with version, hash of the inputs and list of files) and removes the working state. */
  finish(manifest: Readonly<Record<string, unknown>>): void;
  /** Leaves the working state for `--resume`. */
  suspend(): void;
  /** Removes everything this run wrote, and the folder itself if it was empty before. */
  discard(): void;
}

/** Everything the results depend on beside the version of Spinbar, as a user would call it: value. */
export type Inputs = Readonly<Record<string, unknown>>;

export interface OutputFolderOptions {
  /** A run is only resumed with the same ones. */
  readonly inputs: Inputs;
  readonly resume?: boolean;
  readonly force?: boolean;
}

interface PartialState {
  /** Short values as they are, long ones as their hash; absent where an older version wrote. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly processId: number;
  readonly host: string;
  readonly running: boolean;
  readonly files: readonly string[];
}

/**
 * Opens `path` for a run. An absent or empty folder is taken; one that holds an interrupted run is
 * continued with `resume`; a non-empty one is replaced with `force` (only the files that its manifest
 * or working state lists: a stranger's files stay). Anything else is refused with nothing touched.
 */
export function openOutputFolder(
  path: string,
  { inputs, resume = false, force = false }: OutputFolderOptions,
): OutputFolder {
  const partial = join(path, PARTIAL);
  const entries = existsSync(path) ? readdirSync(path) : [];
  const previous = readJson(join(partial, STATE)) as PartialState | undefined;
  if (previous) refuseIfRunning(path, previous);
  const condensed = condense({ 'version of Spinbar': VERSION, ...inputs });
  const inputHash = sha256(JSON.stringify(condensed));
  const changed = previous ? differences(previous.inputs ?? {}, condensed) : [];
  const resumed = resume && previous !== undefined && changed.length === 0;
  if (entries.length > 0 && !resumed) {
    if (!force) throw notEmpty(path, { resume, interrupted: previous !== undefined, changed });
    clear(path, previous?.files ?? []);
  }
  mkdirSync(partial, { recursive: true });
  const files = new Set<string>(resumed ? previous.files : []);
  const writeState = (running: boolean): void => {
    const state: PartialState = {
      inputs: condensed,
      processId: process.pid,
      host: hostname(),
      running,
      files: [...files],
    };
    writeFileAtomically(join(partial, STATE), JSON.stringify(state));
  };
  writeState(true);

  const write = (name: string, data: string | Uint8Array): void => {
    if (!files.has(name)) {
      files.add(name);
      writeState(true);
    }
    writeFileAtomically(join(path, name), data);
  };

  return {
    path,
    inputHash,
    resumed,
    write,
    saveCheckpoint: (name, value) =>
      writeFileAtomically(join(partial, `${name}.json`), JSON.stringify(value)),
    loadCheckpoint: (name) => readJson(join(partial, `${name}.json`)),
    files: () => [...files],
    finish: (manifest) => {
      const own = { version: VERSION, inputHash, files: [...files, MANIFEST] };
      write(MANIFEST, `${JSON.stringify({ ...manifest, ...own }, null, 2)}\n`);
      rmSync(partial, { recursive: true, force: true });
    },
    suspend: () => writeState(false),
    discard: () => {
      for (const name of files) rmSync(join(path, name), { force: true });
      rmSync(partial, { recursive: true, force: true });
      if (readdirSync(path).length === 0) rmSync(path, { recursive: true });
    },
  };
}

function refuseIfRunning(path: string, { running, processId, host }: PartialState): void {
  if (!running || host !== hostname() || processId === process.pid || !isAlive(processId)) return;
  throw invalidInput({
    code: 'experiment.output-in-use',
    what: 'another run is writing to this output folder',
    where: { file: path },
    why: `process ${processId} is still running`,
    mend: 'wait for it, stop it, or choose another folder with --out DIR',
  });
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const SHORT_VALUE = 60;

/** By name; an input without a value is none. */
const condense = (inputs: Inputs): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(inputs)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]): [string, string] => {
        const text = JSON.stringify(value);
        return [name, text.length <= SHORT_VALUE ? text : sha256(text)];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

const ABSENT = 'none';

/** Names of the inputs that differ, short ones with both values. */
function differences(before: Readonly<Record<string, string>>, now: typeof before): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [old = ABSENT, current = ABSENT] = [before[name], now[name]];
    if (old === current) return [];
    const short = Math.max(old.length, current.length) <= SHORT_VALUE;
    return [short ? `${name} (${old}, now ${current})` : name];
  });
}

interface Occupied {
  readonly resume: boolean;
  readonly interrupted: boolean;
  /** Inputs that are not those of the interrupted run. */
  readonly changed: readonly string[];
}

function notEmpty(path: string, { resume, interrupted, changed }: Occupied) {
  if (resume && interrupted) {
    return invalidInput({
      code: 'experiment.resume-mismatch',
      what: 'the interrupted run in this output folder had other inputs',
      where: { file: path },
      why: `changed since, so that its parts do not fit: ${changed.join('; ')}`,
      mend: 'undo the change, start anew with --force, or choose another folder with --out DIR',
    });
  }
  return invalidInput({
    code: 'experiment.output-not-empty',
    what: 'the output folder is not empty',
    where: { file: path },
    why: interrupted
      ? 'it holds an interrupted run'
      : resume
        ? 'it holds no interrupted run to resume'
        : 'its files would be mixed with the new ones',
    mend: interrupted
      ? 'continue it with --resume, start anew with --force, or choose another with --out DIR'
      : 'choose another folder with --out DIR, or replace the earlier results with --force',
  });
}

/** Removes what an earlier run wrote: the files its manifest or state names, and its working state. */
function clear(path: string, known: readonly string[]): void {
  const manifest = readJson(join(path, MANIFEST)) as { readonly files?: unknown } | undefined;
  const listed = Array.isArray(manifest?.files) ? (manifest.files as unknown[]) : [];
  for (const name of [...known, ...listed]) {
    if (typeof name === 'string' && isInside(name)) rmSync(join(path, name), { force: true });
  }
  rmSync(join(path, PARTIAL), { recursive: true, force: true });
}

/** Guards against a manifest that names files outside its folder. */
const isInside = (name: string): boolean =>
  !name.startsWith('/') && !name.split(/[\\/]/).includes('..');

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
