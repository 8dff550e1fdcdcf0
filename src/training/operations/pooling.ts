import type { PoolWindow } from '../../network/index.js';
import type { Operation, Value } from '../tape.js';
import type { Workspace } from '../workspace.js';

export interface PoolOptions {
  readonly name: string;
  readonly input: Value;
  readonly output: Value;
  readonly images: number;
}

/** Calls `visit(outputIndex, inputIndices)` for every window; positions in the padding are left out. */
function windows(
  { input, output, images }: PoolOptions,
  { kernel, stride, padding }: PoolWindow,
  visit: (target: number, sources: readonly number[]) => void,
): void {
  const sources: number[] = [];
  for (let c = 0; c < input.channels; c += 1)
    for (let n = 0; n < images; n += 1)
      for (let i = 0; i < output.height; i += 1)
        for (let j = 0; j < output.width; j += 1) {
          sources.length = 0;
          for (let u = 0; u < kernel[0]; u += 1)
            for (let v = 0; v < kernel[1]; v += 1) {
              const row = i * stride[0] - padding[0] + u;
              const column = j * stride[1] - padding[1] + v;
              if (row < 0 || row >= input.height || column < 0 || column >= input.width) continue;
              sources.push(c * input.stride + (n * input.height + row) * input.width + column);
            }
          visit(c * output.stride + (n * output.height + i) * output.width + j, sources);
        }
}

/** The first of equal maxima takes the gradient. */
export function maxPoolOperation(
  workspace: Workspace,
  options: PoolOptions & { readonly window: PoolWindow },
): Operation {
  const { name, input, output, window } = options;
  const winner = new Int32Array(output.channels * output.stride).fill(-1);
  return {
    name,
    forward: () => {
      const x = workspace.f32(input.data);
      const y = workspace.f32(output.data);
      windows(options, window, (target, sources) => {
        let best = sources[0];
        for (const source of sources) if (x[source] > x[best]) best = source;
        winner[target] = best;
        y[target] = x[best];
      });
    },
    backward: () => {
      const dx = workspace.f32(input.gradient);
      const dy = workspace.f32(output.gradient);
      for (let target = 0; target < winner.length; target += 1)
        if (winner[target] >= 0) dx[winner[target]] += dy[target];
    },
  };
}

/** Mean of each window; with `countPadding` the padding's zeros count too. */
export function averagePoolOperation(
  workspace: Workspace,
  options: PoolOptions & { readonly window: PoolWindow; readonly countPadding: boolean },
): Operation {
  const { name, input, output, window, countPadding } = options;
  const full = window.kernel[0] * window.kernel[1];
  const share = (sources: readonly number[]) => 1 / (countPadding ? full : sources.length);
  return {
    name,
    forward: () => {
      const x = workspace.f32(input.data);
      const y = workspace.f32(output.data);
      windows(options, window, (target, sources) => {
        let sum = 0;
        for (const source of sources) sum += x[source];
        y[target] = sum * share(sources);
      });
    },
    backward: () => {
      const dx = workspace.f32(input.gradient);
      const dy = workspace.f32(output.gradient);
      windows(options, window, (target, sources) => {
        const part = dy[target] * share(sources);
        for (const source of sources) dx[source] += part;
      });
    },
  };
}
