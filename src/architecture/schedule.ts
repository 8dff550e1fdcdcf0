import type { LayerWork } from './layer-work.js';

/** A layer as the schedule sees it: its rows of output, one after another. */
export interface ScheduledLayer {
  readonly work: LayerWork;
  /** Time the layer's hardware is busy with one image (s). */
  readonly busySecond: number;
}

export interface LayerSpan {
  readonly name: string;
  readonly startSecond: number;
  readonly endSecond: number;
  /** Time the layer's hardware is busy (s). */
  readonly busySecond: number;
}

export interface Schedule {
  /** Time from the first input row to the last output row of one image (s). */
  readonly latencySecond: number;
  /** Time between images when they follow each other (s). */
  readonly intervalSecond: number;
  /** The layer that is busy longest. */
  readonly bottleneck: string;
  readonly layers: readonly LayerSpan[];
}

/**
 * Schedules one image through the layers. `layer-by-layer`: a layer starts when all it reads is complete.
 * `pipelined`: an output row starts as soon as the input rows under its window are there (ISAAC's
 * inter-layer pipeline, Shafiee et al., ISCA 2016, section 6), each layer having arrays of its own.
 */
export function schedule(
  layers: readonly ScheduledLayer[],
  { mode }: { readonly mode: 'layer-by-layer' | 'pipelined' },
): Schedule {
  const rowEnds = new Map<string, Float64Array>();
  const spans = layers.map(({ work, busySecond }): LayerSpan => {
    const rows = work.outputHeight;
    const ends = new Float64Array(rows);
    const sources = work.after.flatMap((name) => rowEnds.get(name) ?? []);
    let clock = 0;
    let startSecond = 0;
    for (let row = 0; row < rows; row += 1) {
      const ready = sources.reduce(
        (latest, source) => Math.max(latest, source[neededRow(work, row, source.length, mode)]),
        0,
      );
      const begin = Math.max(clock, ready);
      if (row === 0) startSecond = begin;
      clock = begin + busySecond / rows;
      ends[row] = clock;
    }
    rowEnds.set(work.name, ends);
    return { name: work.name, startSecond, endSecond: clock, busySecond };
  });
  const latencySecond = Math.max(...spans.map(({ endSecond }) => endSecond));
  const busiest = spans.reduce((a, b) => (b.busySecond > a.busySecond ? b : a));
  return {
    latencySecond,
    intervalSecond: mode === 'pipelined' ? busiest.busySecond : latencySecond,
    bottleneck: busiest.name,
    layers: spans,
  };
}

/** Last row of a source with `sourceRows` rows that output row `row` waits for; pooling between scales it. */
function neededRow(
  work: LayerWork,
  row: number,
  sourceRows: number,
  mode: 'layer-by-layer' | 'pipelined',
): number {
  if (mode === 'layer-by-layer') return sourceRows - 1;
  const lastInput = Math.min(
    work.inputHeight,
    row * work.strideHeight - work.paddingHeight + work.kernelHeight,
  );
  return Math.min(
    sourceRows - 1,
    Math.max(0, Math.ceil((lastInput / work.inputHeight) * sourceRows) - 1),
  );
}
