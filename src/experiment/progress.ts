/** Where long work reports to: a terminal, a log, or nobody. */
export interface Progress {
  /**
   * Begins a stretch of work of `total` units ("images", "currents"), `before` of which an interrupted run had
   * finished (default 0).
   */
  start(label: string, total: number, unit: string, before?: number): ProgressTask;
}

export interface ProgressTask {
  /** `done` units are finished; `estimate` is the answer so far with its confidence, in words. */
  update(done: number, estimate?: string): void;
  finish(summary?: string): void;
}

const silentTask: ProgressTask = { update: () => undefined, finish: () => undefined };
export const silentProgress: Progress = { start: () => silentTask };
