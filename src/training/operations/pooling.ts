import type { PoolWindow } from '../../network/index.js';
import { channelOffset, elementOf, type Operation, type Value } from '../tape.js';
import type { Workspace } from '../workspace.js';

export interface PoolOptions {
  readonly name: string;
  readonly input: Value;
  readonly output: Value;
  readonly images: number;
}

/** Input pixels of every window, `size` an output pixel; -1 stands for positions in the padding. */
function windowsOf({ input, output }: PoolOptions, { kernel, stride, padding }: PoolWindow) {
  const size = kernel[0] * kernel[1];
  const sources = new Int32Array(output.height * output.width * size).fill(-1);
  for (let i = 0; i < output.height; i += 1)
    for (let j = 0; j < output.width; j += 1)
      for (let u = 0; u < kernel[0]; u += 1)
        for (let v = 0; v < kernel[1]; v += 1) {
          const row = i * stride[0] - padding[0] + u;
          const column = j * stride[1] - padding[1] + v;
          if (row < 0 || row >= input.height || column < 0 || column >= input.width) continue;
          sources[(i * output.width + j) * size + u * kernel[1] + v] = row * input.width + column;
        }
  return { size, sources };
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
  const { name, input, output, images, window } = options;
  const { size, sources } = windowsOf(options, window);
  const table = workspace.table(withoutPadding(sources, size)).offset;
  const { channels, lanes } = output;
  const pixels = output.height * output.width;
  /** Where each winner stands from the first channel's first element on. */
  const winners = workspace.reserve(channels * images * pixels);
  const { layers } = workspace.kernels;
  const [inputGroup, outputGroup] = [input.height * input.width * lanes, pixels * lanes];
  return {
    name,
    forward: () => {
      for (let c = 0; c < channels; c += 1)
        for (let group = 0; group < images / lanes; group += 1) {
          const start = c * input.stride + group * inputGroup;
          layers.maxPool(
            input.data.offset + start * 4,
            table,
            pixels,
            size,
            lanes,
            channelOffset(output.data, output, c) + group * outputGroup * 4,
            winners.offset + (c * images * pixels + group * outputGroup) * 4,
            start,
          );
        }
    },
    backward: () => {
      for (let c = 0; c < channels; c += 1)
        layers.maxPoolGradient(
          winners.offset + c * images * pixels * 4,
          channelOffset(output.gradient, output, c),
          input.gradient.offset,
          images * pixels,
        );
    },
  };
}

/** Mean of each window; with `countPadding` the padding's zeros count too. */
export function averagePoolOperation(
  workspace: Workspace,
  options: PoolOptions & { readonly window: PoolWindow; readonly countPadding: boolean },
): Operation {
  const { name, input, output, images, window, countPadding } = options;
  const { size, sources } = windowsOf(options, window);
  const pixels = output.height * output.width;
  const shares = Float64Array.from({ length: pixels }, (_, i) => {
    const inside = sources.subarray(i * size, (i + 1) * size).filter((source) => source >= 0);
    return 1 / (countPadding ? size : inside.length);
  });
  const { lanes } = output;
  /** Calls `visit` with every output's pixel, the first element of its input plane, and its own. */
  const eachOutput = (visit: (pixel: number, from: number, to: number) => void): void => {
    for (let c = 0; c < output.channels; c += 1)
      for (let image = 0; image < images; image += lanes)
        for (let pixel = 0; pixel < pixels; pixel += 1)
          for (let lane = 0; lane < lanes; lane += 1)
            visit(
              pixel,
              c * input.stride + elementOf(input, image + lane, 0),
              c * output.stride + elementOf(output, image + lane, pixel),
            );
  };
  return {
    name,
    forward: () => {
      const x = workspace.f32(input.data);
      const y = workspace.f32(output.data);
      eachOutput((pixel, from, to) => {
        let sum = 0;
        for (let k = pixel * size; k < (pixel + 1) * size; k += 1)
          if (sources[k] >= 0) sum += x[from + sources[k] * lanes];
        y[to] = sum * shares[pixel];
      });
    },
    backward: () => {
      const dx = workspace.f32(input.gradient);
      const dy = workspace.f32(output.gradient);
      eachOutput((pixel, from, to) => {
        const part = dy[to] * shares[pixel];
        for (let k = pixel * size; k < (pixel + 1) * size; k += 1)
          if (sources[k] >= 0) dx[from + sources[k] * lanes] += part;
      });
    },
  };
}
