import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { SpinbarError } from '../../errors/index.js';
import type { Executor, MapOptions } from '../../parallel/executor.js';
import type { TaskFailure, TaskReply, TaskRequest } from './thread-messages.js';

interface Job extends TaskRequest {
  readonly common: object | undefined;
  readonly settle: (reply: TaskReply) => void;
}

/**
 * Runs tasks on up to `threads` Node threads (default: as many as the machine offers). Threads start
 * with the first tasks that need them and take one task at a time from a common queue, so results
 * arrive in any order but never depend on the number of threads.
 */
export function threadExecutor({ threads = availableParallelism() } = {}): Executor {
  const idle: Worker[] = [];
  const running = new Map<Worker, Job>();
  const queue: Job[] = [];
  /** The common fields that each worker has. */
  const sent = new Map<Worker, object>();
  let closed = false;

  const start = (): Worker => {
    const worker = new Worker(workerFile());
    worker.on('message', (reply: TaskReply) => release(worker, reply));
    worker.on('error', (error) => drop(worker, `a thread failed: ${error.message}`));
    worker.on('exit', (code) => drop(worker, `a thread ended with code ${code}`));
    return worker;
  };

  const release = (worker: Worker, reply: TaskReply): void => {
    const job = running.get(worker);
    running.delete(worker);
    worker.unref();
    idle.push(worker);
    job?.settle(reply);
    dispatch();
  };

  const drop = (worker: Worker, message: string): void => {
    const job = running.get(worker);
    running.delete(worker);
    sent.delete(worker);
    const index = idle.indexOf(worker);
    if (index >= 0) idle.splice(index, 1);
    job?.settle({ failure: { message: `${message} in task ${job.task}`, stack: message } });
    dispatch();
  };

  const dispatch = (): void => {
    while (queue.length > 0 && running.size < threads && !closed) {
      const job = queue.shift()!;
      const worker = idle.pop() ?? start();
      worker.ref();
      running.set(worker, job);
      try {
        post(worker, job);
      } catch (error) {
        const { message, stack } = error as Error;
        release(worker, { failure: { message, stack: stack ?? message } });
      }
    }
  };

  /** Throws for what cannot be cloned. */
  const post = (worker: Worker, { task, input, common }: Job): void => {
    const known = common !== undefined && sent.get(worker) === common;
    worker.postMessage({ task, input, common: known ? 'known' : common } satisfies TaskRequest);
    if (common) sent.set(worker, common);
  };

  function map<Input, Output>(
    task: string,
    inputs: readonly Input[],
    { onResult, signal, common }: MapOptions<Output> = {},
  ): Promise<Output[]> {
    if (closed) return Promise.reject(new Error('this executor is closed'));
    return new Promise((resolve, reject) => {
      const outputs = new Array<Output>(inputs.length);
      const mine = new Set<Job>();
      let failure: { readonly reason: unknown } | undefined;

      const stop = (reason: unknown): void => {
        failure ??= { reason };
        for (let at = queue.length - 1; at >= 0; at -= 1) {
          if (mine.delete(queue[at])) queue.splice(at, 1);
        }
        finishIfDone();
      };
      const finishIfDone = (): void => {
        if (mine.size > 0) return;
        signal?.removeEventListener('abort', onAbort);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a signal's reason may be anything
        if (failure) reject(failure.reason);
        else resolve(outputs);
      };
      const onAbort = (): void => stop(signal?.reason);

      signal?.addEventListener('abort', onAbort);
      for (const [index, input] of inputs.entries()) {
        const job: Job = {
          task,
          input,
          common,
          settle: (reply) => {
            mine.delete(job);
            try {
              if ('failure' in reply) return stop(errorOf(reply.failure));
              outputs[index] = reply.output as Output;
              onResult?.(outputs[index], index);
            } catch (error) {
              return stop(error);
            }
            finishIfDone();
          },
        };
        mine.add(job);
        queue.push(job);
      }
      if (signal?.aborted) onAbort();
      else if (inputs.length === 0) finishIfDone();
      else dispatch();
    });
  }

  const close = async (): Promise<void> => {
    closed = true;
    await Promise.all([...idle, ...running.keys()].map((worker) => worker.terminate()));
  };

  return { threads, map, close };
}

function errorOf(failure: TaskFailure): Error {
  if ('diagnostics' in failure) return new SpinbarError(failure.diagnostics, failure.exitCode);
  const error = new Error(failure.message);
  error.stack = failure.stack;
  return error;
}

/** The compiled worker; when this file itself runs from `src` (tests), the one in `dist`. */
function workerFile(): URL {
  const beside = new URL('./worker.js', import.meta.url);
  if (existsSync(beside)) return beside;
  const built = new URL(beside.href.replace(/\/src\/experiment\//, '/dist/experiment/'));
  if (existsSync(built)) return built;
  throw new Error(`no compiled worker at ${fileURLToPath(built)}: run \`npm run build\` first`);
}
