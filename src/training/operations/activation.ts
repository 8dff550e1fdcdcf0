import type { Operation, Value } from '../tape.js';
import type { Workspace } from '../workspace.js';

interface Unary {
  readonly name: string;
  readonly input: Value;
  readonly output: Value;
  readonly images: number;
}

const LARGEST = 3.4028234663852886e38;

/** relu = clip(0, inf), hardtanh = clip(-1, 1). The gradient passes where low <= x <= high. */
export function clipOperation(
  workspace: Workspace,
  { name, input, output, low, high }: Unary & { readonly low: number; readonly high: number },
): Operation {
  const { layers } = workspace.kernels;
  const bounds = [Math.max(low, -LARGEST), Math.min(high, LARGEST)] as const;
  const count = input.channels * input.stride;
  return {
    name,
    forward: () => layers.clip(input.data.offset, output.data.offset, count, ...bounds),
    backward: () =>
      layers.clipGradient(
        input.data.offset,
        output.gradient.offset,
        input.gradient.offset,
        count,
        ...bounds,
      ),
  };
}

/** Smooth activations through their value: f(x) and f' as a function of f(x). */
export function smoothOperation(
  workspace: Workspace,
  {
    name,
    input,
    output,
    value,
    slope,
  }: Unary & { readonly value: (x: number) => number; readonly slope: (y: number) => number },
): Operation {
  const count = input.channels * input.stride;
  return {
    name,
    forward: () => {
      const x = workspace.f32(input.data);
      const y = workspace.f32(output.data);
      for (let i = 0; i < count; i += 1) y[i] = value(x[i]);
    },
    backward: () => {
      const y = workspace.f32(output.data);
      const dy = workspace.f32(output.gradient);
      const dx = workspace.f32(input.gradient);
      for (let i = 0; i < count; i += 1) dx[i] += dy[i] * slope(y[i]);
    },
  };
}

/** y = sum of two or more inputs, all of one shape. */
export function addOperation(
  workspace: Workspace,
  { name, inputs, output }: { name: string; inputs: readonly Value[]; output: Value },
): Operation {
  const { layers } = workspace.kernels;
  const count = output.channels * output.stride;
  return {
    name,
    forward: () => {
      const [first, second, ...others] = inputs;
      const y = output.data.offset;
      layers.addPair(first.data.offset, second.data.offset, y, count);
      for (const { data } of others) layers.addInto(data.offset, y, count);
    },
    backward: () => {
      for (const { gradient } of inputs)
        layers.addInto(output.gradient.offset, gradient.offset, count);
    },
  };
}

/**
 * Option A shortcut (He et al., CVPR 2016): every `spatial`-th pixel, zero planes before and after.
 */
export function padShortcutOperation(
  workspace: Workspace,
  {
    name,
    input,
    output,
    images,
    spatial,
    before,
  }: Unary & { readonly spatial: number; readonly before: number },
): Operation {
  const { lanes } = output;
  const planes = images / lanes;
  /** Every `spatial`-th pixel of the input's planes to the output's, or their gradient back. */
  const move = (inner: Float32Array, outer: Float32Array, isForward: boolean): void => {
    for (let c = 0; c < input.channels; c += 1)
      for (let row = 0; row < planes * output.height; row += 1) {
        const plane = Math.floor(row / output.height);
        const line = plane * input.height + (row % output.height) * spatial;
        let x = c * input.stride + line * input.width * lanes;
        let y = (c + before) * output.stride + row * output.width * lanes;
        for (let j = 0; j < output.width; j += 1) {
          for (let lane = 0; lane < lanes; lane += 1)
            if (isForward) outer[y + lane] = inner[x + lane];
            else inner[x + lane] += outer[y + lane];
          x += spatial * lanes;
          y += lanes;
        }
      }
  };
  return {
    name,
    forward: () => move(workspace.f32(input.data), workspace.f32(output.data), true),
    backward: () => move(workspace.f32(input.gradient), workspace.f32(output.gradient), false),
  };
}
