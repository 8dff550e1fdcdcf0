import { parentPort } from 'node:worker_threads';
import { SpinbarError } from '../../errors/index.js';
import { handedOver } from '../../parallel/executor.js';
import { loadTask } from '../tasks.js';
import type { TaskFailure, TaskReply, TaskRequest } from './thread-messages.js';

/** The thread's side of `threadExecutor`: one request at a time, one reply each. */
parentPort?.on('message', (request: TaskRequest) => {
  void reply(request).then((message) => {
    parentPort?.postMessage(message, 'output' in message ? handedOver(message.output) : []);
  });
});

/** The common fields sent last. */
let known: object | undefined;

async function reply({ task, input, common }: TaskRequest): Promise<TaskReply> {
  if (typeof common === 'object') known = common;
  try {
    const handler = (await loadTask(task)) as (input: unknown) => unknown;
    return { output: await handler(common ? { ...known, ...(input as object) } : input) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function failureOf(error: unknown): TaskFailure {
  if (error instanceof SpinbarError)
    return { diagnostics: error.diagnostics, exitCode: error.exitCode };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { message, stack: stack ?? message };
}
