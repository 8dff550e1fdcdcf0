import type { Progress, ProgressTask } from '../experiment/progress.js';

export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** Whether lines can be rewritten in place. */
  readonly isTerminal: boolean;
  readonly columns?: number;
  /** Seconds since some fixed moment. */
  readonly now?: () => number;
}

const REDRAW_SECONDS = 0.1;
const LINE_SECONDS = 60;

/**
 * Progress on a terminal: one line rewritten in place with rate, time left and the current estimate;
 * elsewhere: a plain line for every 10 % of the work, and for every minute.
 */
export function lineProgress(options: ProgressOptions): Progress {
  const { now = () => performance.now() / 1000 } = options;
  return {
    start: (label, total, unit, before = 0) => {
      const task = { ...options, now, label, total, unit, before };
      return options.isTerminal ? rewrittenLine(task) : lineNowAndThen(task);
    },
  };
}

interface TaskOptions extends ProgressOptions {
  readonly label: string;
  readonly total: number;
  readonly unit: string;
  readonly before: number;
  readonly now: () => number;
}

function rewrittenLine(task: TaskOptions): ProgressTask {
  const { write, columns = 80, now, label } = task;
  const started = now();
  let drawn = -Infinity;
  const draw = (text: string): void => write(`\r\x1b[2K${text.slice(0, columns - 1)}`);
  return {
    update: (done, estimate) => {
      if (now() - drawn < REDRAW_SECONDS) return;
      drawn = now();
      draw(describe(task, done, now() - started, estimate));
    },
    finish: (summary) => {
      draw('');
      write(`${label}: ${summary ?? 'done'} (${duration(now() - started)})\n`);
    },
  };
}

function lineNowAndThen(task: TaskOptions): ProgressTask {
  const { write, total, now, label, before } = task;
  const started = now();
  let tenths = Math.floor((10 * before) / total);
  let said = started;
  return {
    update: (done, estimate) => {
      const reached = Math.floor((10 * done) / total);
      if (reached >= 10 || (reached <= tenths && now() - said < LINE_SECONDS)) return;
      tenths = reached;
      said = now();
      write(`${describe(task, done, now() - started, estimate)}\n`);
    },
    finish: (summary) => write(`${label}: ${summary ?? 'done'} (${duration(now() - started)})\n`),
  };
}

function describe(
  { label, total, unit, before }: TaskOptions,
  done: number,
  seconds: number,
  estimate?: string,
): string {
  const percent = Math.floor((100 * done) / total);
  const parts = [`${label}: ${String(percent).padStart(3)} %`, `${done}/${total} ${unit}`];
  const rate = (done - before) / seconds;
  if (rate > 0) {
    parts.push(`${rate.toPrecision(3)} ${unit}/s`);
    parts.push(`${duration((total - done) / rate)} left`);
  }
  if (estimate !== undefined) parts.push(estimate);
  return parts.join(', ');
}

/** Seconds in words: `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
