/** The last accepted points of a transient, newest first, on fixed buffers. */
export interface History {
  /** Points since the last discontinuity that may be differenced, at most 3. */
  readonly depth: () => number;
  /** Time of the k-th newest point, s. */
  readonly time: (k: number) => number;
  readonly x: (k: number) => Float64Array;
  readonly q: (k: number) => Float64Array;
  readonly push: (time: number, x: Float64Array, q: Float64Array) => void;
  /** Keeps only the newest point: what lies before a discontinuity says nothing beyond it. */
  readonly restart: () => void;
}

const LENGTH = 3;

export function newHistory(width: number): History {
  const points = Array.from({ length: LENGTH }, () => ({
    time: 0,
    x: new Float64Array(width),
    q: new Float64Array(width),
  }));
  let depth = 0;
  return {
    depth: () => depth,
    time: (k) => points[k].time,
    x: (k) => points[k].x,
    q: (k) => points[k].q,
    push(time, x, q) {
      const oldest = points.pop()!;
      oldest.time = time;
      oldest.x.set(x);
      oldest.q.set(q);
      points.unshift(oldest);
      depth = Math.min(depth + 1, LENGTH);
    },
    restart() {
      depth = Math.min(depth, 1);
    },
  };
}

/** Extrapolates x to `time` by the polynomial of degree `degree` through the newest points. */
export function predict(
  history: History,
  time: number,
  degree: 0 | 1 | 2,
  out: Float64Array,
): void {
  const usable = Math.min(degree, history.depth() - 1);
  out.set(history.x(0));
  if (usable < 1) return;
  const t0 = history.time(0);
  const t1 = history.time(1);
  const x0 = history.x(0);
  const x1 = history.x(1);
  const a = (time - t0) / (t0 - t1);
  if (usable === 1) {
    for (let i = 0; i < out.length; i++) out[i] += a * (x0[i] - x1[i]);
    return;
  }
  const t2 = history.time(2);
  const x2 = history.x(2);
  const first = time - t0;
  const second = first * (time - t1);
  for (let i = 0; i < out.length; i++) {
    const d01 = (x0[i] - x1[i]) / (t0 - t1);
    const d12 = (x1[i] - x2[i]) / (t1 - t2);
    out[i] += first * d01 + (second * (d01 - d12)) / (t0 - t2);
  }
}

/**
 * Derivative of order + 1 per difference between the solution at `time` and what `predict` of degree
 * `order` foretold: (order + 1)! over the product of the distances to the points it went through (the
 * remainder of Newton's interpolation). Needs `order + 1` points of history.
 */
export function derivativeFactor(history: History, order: 1 | 2, time: number): number {
  const two = (time - history.time(0)) * (time - history.time(1));
  return order === 1 ? 2 / two : 6 / (two * (time - history.time(2)));
}
