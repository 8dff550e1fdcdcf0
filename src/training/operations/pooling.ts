import type { PoolWindow } from '../../network/index.js';
import { channelOffset, elementOf, type Operation, type Value } from '../tape.js';
import type { Workspace } from '../workspace.js';

export interface PoolOptions {
  readonly name: string;
  readonly input: Value;
  readonly output: Value;
  readonly images: number;
}

/** Input indices of every window, `size` an output; -1 stands for positions in the padding. */
interface WindowTable {
  readonly size: number;
  readonly targets: Int32Array;
  readonly sources: Int32Array;
}

function windowTable({ input, output, images }: PoolOptions, window: PoolWindow): WindowTable {
  const { kernel, stride, padding } = window;
  const size = kernel[0] * kernel[1];
  const count = output.channels * images * output.height * output.width;
  const targets = new Int32Array(count);
  const sources = new Int32Array(count * size).fill(-1);
  const { lanes } = output;
  let index = 0;
  // In the order that outputs stand in.
  for (let c = 0; c < input.channels; c += 1)
    for (let first = 0; first < images; first += lanes)
      for (let i = 0; i < output.height; i += 1)
        for (let j = 0; j < output.width; j += 1)
          for (let n = first; n < first + lanes; n += 1) {
            targets[index] = c * output.stride + elementOf(output, n, i * output.width + j);
            for (let u = 0; u < kernel[0]; u += 1)
              for (let v = 0; v < kernel[1]; v += 1) {
                const row = i * stride[0] - padding[0] + u;
                const column = j * stride[1] - padding[1] + v;
                if (row < 0 || row >= input.height || column < 0 || column >= input.width) continue;
                sources[index * size + u * kernel[1] + v] =
                  c * input.stride + elementOf(input, n, row * input.width + column);
              }
            index += 1;
          }
  return { size, targets, sources };
}

/** Positions in the padding stand for the window's first element, which changes no maximum. */
const withoutPadding = (sources: Int32Array, size: number): Int32Array =>
  sources.map((source, k) => {
    if (source >= 0) return source;
    const start = k - (k % size);
    return sources.subarray(start, start + size).find((inside) => inside >= 0) ?? 0;
  });

/** The first of equal maxima takes the gradient. */
export function maxPoolOperation(
  workspace: Workspace,
  options: PoolOptions & { readonly window: PoolWindow },
): Operation {
  const { name, input, output, window } = options;
  const { size, targets, sources } = windowTable(options, window);
  const sourceTable = workspace.table(withoutPadding(sources, size)).offset;
  const targetTable = workspace.table(targets).offset;
  const winners = workspace.reserve(targets.length);
  return {
    name,
    forward: () =>
      workspace.kernels.layers.maxPool(
        input.data.offset,
        sourceTable,
        targetTable,
        targets.length,
        size,
        output.data.offset,
        winners.offset,
      ),
    backward: () => {
      const { channels } = output;
      const pixels = targets.length / channels;
      for (let c = 0; c < channels; c += 1)
        workspace.kernels.layers.maxPoolGradient(
          winners.offset + c * pixels * 4,
          channelOffset(output.gradient, output, c),
          input.gradient.offset,
          pixels,
        );
    },
  };
}

/** Mean of each window; with `countPadding` the padding's zeros count too. */
export function averagePoolOperation(
  workspace: Workspace,
  options: PoolOptions & { readonly window: PoolWindow; readonly countPadding: boolean },
): Operation {
  const { name, input, output, window, countPadding } = options;
  const { size, targets, sources } = windowTable(options, window);
  const shares = Float64Array.from(targets, (_, i) => {
    const inside = sources.subarray(i * size, (i + 1) * size).filter((source) => source >= 0);
    return 1 / (countPadding ? size : inside.length);
  });
  return {
    name,
    forward: () => {
      const x = workspace.f32(input.data);
      const y = workspace.f32(output.data);
      for (let i = 0; i < targets.length; i += 1) {
        let sum = 0;
        for (let k = i * size; k < (i + 1) * size; k += 1)
          if (sources[k] >= 0) sum += x[sources[k]];
        y[targets[i]] = sum * shares[i];
      }
    },
    backward: () => {
      const dx = workspace.f32(input.gradient);
      const dy = workspace.f32(output.gradient);
      for (let i = 0; i < targets.length; i += 1) {
        const part = dy[targets[i]] * shares[i];
        for (let k = i * size; k < (i + 1) * size; k += 1)
          if (sources[k] >= 0) dx[sources[k]] += part;
      }
    },
  };
}
