import { createHash } from 'node:crypto';
import {
  appendFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { invalidInput, type SpinbarError } from '../../errors/index.js';
import type { OfficialArchive, OfficialData } from './catalogue.js';

/** What was found of a data set, file by file. */
export interface DataFinding {
  readonly file: string;
  readonly state: 'right' | 'wrong' | 'absent';
  readonly md5?: string;
}

/** Compares the files and archives in `folder` with their published MD5 sums. */
export async function verifyData(
  { files, archives, folder: inner }: OfficialData,
  folder: string,
): Promise<readonly DataFinding[]> {
  const findings: DataFinding[] = [];
  for (const { name, md5 } of [...files, ...archives]) {
    const places = [join(folder, name), join(folder, inner, name)];
    const file = places.find((place) => existsSync(place));
    if (file === undefined) findings.push({ file: places[0], state: 'absent' });
    else {
      const sum = await md5Of(file);
      findings.push({ file, state: sum === md5 ? 'right' : 'wrong', md5: sum });
    }
  }
  return findings;
}

export async function md5Of(file: string): Promise<string> {
  const hash = createHash('md5');
  for await (const part of createReadStream(file)) hash.update(part as Buffer);
  return hash.digest('hex');
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Bytes so far and, where the server says so, of all. */
  readonly onBytes?: (done: number, total: number | undefined) => void;
  /** Stands in for the network in tests. */
  readonly request?: typeof fetch;
}

/**
 * Fetches an archive into `folder`: into NAME.part, from where an earlier attempt stopped, and under its own
 * name once its MD5 is right. A wrong sum removes the part. Throws `data.no-network`, `data.refused` or
 * `data.wrong-checksum`.
 */
export async function download(
  { name, url, md5 }: OfficialArchive,
  folder: string,
  { signal, onBytes, request = fetch }: DownloadOptions,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const whole = join(folder, name);
  const part = `${whole}.part`;
  const known = existsSync(part) ? statSync(part).size : 0;
  let response: Response;
  try {
    response = await request(url, {
      signal,
      headers: known > 0 ? { range: `bytes=${known}-` } : {},
    });
  } catch (error) {
    signal.throwIfAborted();
    throw noNetwork(url, folder, error as Error);
  }
  // 416: nothing is left to fetch.
  if (response.status !== 416) {
    if (!response.ok || !response.body)
      throw invalidInput({
        code: 'data.refused',
        what: `the server answers ${response.status} for ${url}`,
        mend: `get ${name} by other means and put it into ${folder}`,
      });
    const resumed = response.status === 206;
    if (!resumed) rmSync(part, { force: true });
    let done = resumed ? known : 0;
    const length = Number(response.headers.get('content-length') ?? NaN);
    const total = Number.isFinite(length) ? done + length : undefined;
    try {
      for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
        appendFileSync(part, bytes);
        done += bytes.length;
        onBytes?.(done, total);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw noNetwork(url, folder, error as Error);
    }
  }
  const sum = await md5Of(part);
  if (sum !== md5) {
    rmSync(part, { force: true });
    throw invalidInput({
      code: 'data.wrong-checksum',
      what: `${name} has the MD5 sum ${sum}, published is ${md5}`,
      where: { file: whole },
      why: 'the download was damaged, or the server gives another file',
      mend: 'run the same command again; nothing of it was kept',
    });
  }
  renameSync(part, whole);
  return whole;
}

const noNetwork = (url: string, folder: string, error: Error): SpinbarError =>
  invalidInput({
    code: 'data.no-network',
    what: `cannot fetch ${url}`,
    why: error.cause instanceof Error ? error.cause.message : error.message,
    mend: `fetch it on a machine with a network and put it into ${folder}; what has come so far is kept`,
  });
