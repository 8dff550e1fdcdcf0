/**
 * One interface for running many independent tasks, whether inline, on Node threads or on browser
 * workers. Tasks are named; inputs and outputs are structured-clonable plain data. Results come back
 * in input order and never depend on the number of workers.
 */
export interface Executor {
  readonly threads: number;
  /**
   * Runs handler `task` on every input. `onResult` sees results as they finish, in any order.
   * Rejects with the first error; outstanding inputs are dropped.
   */
  map<Input, Output>(
    task: string,
    inputs: readonly Input[],
    options?: MapOptions<Output>,
  ): Promise<Output[]>;
  /** Ends the workers; the executor cannot be used afterwards. */
  close(): Promise<void>;
}

export interface MapOptions<Output> {
  readonly onResult?: (output: Output, index: number) => void;
  /** Fields that all inputs have alike: a worker is sent them once, its handler finds them in every input. */
  readonly common?: object;
  /** Aborting rejects the map with the signal's reason once running tasks have finished. */
  readonly signal?: AbortSignal;
}

/** Memory that threads read where it is instead of being sent a copy each; ordinary where none can be shared. */
const sharedBuffer = (bytes: number): ArrayBufferLike =>
  typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);

export const sharedNumbers = (length: number): Float32Array =>
  new Float32Array(sharedBuffer(4 * length));

export const sharedBytes = (length: number): Uint8Array => new Uint8Array(sharedBuffer(length));

const handed = new WeakMap<object, readonly ArrayBuffer[]>();

/** Marks buffers of a task's output that may move to the caller instead of being copied: nobody else has them. */
export function handOver<Output extends object>(
  output: Output,
  buffers: readonly ArrayBuffer[],
): Output {
  handed.set(output, buffers);
  return output;
}

/** The buffers of an output that may move. */
export const handedOver = (output: unknown): readonly ArrayBuffer[] =>
  (typeof output === 'object' && output !== null ? handed.get(output) : undefined) ?? [];

/** A task's implementation; may be asynchronous. Inputs are checked by whoever sends them. */
export type TaskHandler = (input: never) => unknown;
export type TaskHandlers = Readonly<Record<string, TaskHandler>>;

/** Runs every task in the calling thread, in order. */
export function inlineExecutor(handlers: TaskHandlers): Executor {
  return {
    threads: 1,
    async map<Input, Output>(
      task: string,
      inputs: readonly Input[],
      { onResult, signal, common }: MapOptions<Output> = {},
    ) {
      const handler = handlers[task] as ((input: Input) => Output | Promise<Output>) | undefined;
      if (!handler) throw new Error(`unknown task: ${task}`);
      const outputs: Output[] = [];
      for (const [index, input] of inputs.entries()) {
        signal?.throwIfAborted();
        const output = await handler(common ? { ...common, ...input } : input);
        outputs.push(output);
        onResult?.(output, index);
      }
      return outputs;
    },
    close: () => Promise.resolve(),
  };
}
