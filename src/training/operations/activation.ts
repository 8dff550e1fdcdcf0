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

/** y = sum of the inputs, all of one shape. */
export function addOperation(
  workspace: Workspace,
  { name, inputs, output }: { name: string; inputs: readonly Value[]; output: Value },
): Operation {
  const { layers } = workspace.kernels;
  const count = output.channels * output.stride;
  return {
    name,
    forward: () => {
      workspace.f32(output.data).fill(0);
      for (const { data } of inputs) layers.addInto(data.offset, output.data.offset, count);
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
  const visit = (move: (x: number, y: number) => void) => {
    for (let c = 0; c < input.channels; c += 1)
      for (let n = 0; n < images; n += 1)
        for (let i = 0; i < output.height; i += 1)
          for (let j = 0; j < output.width; j += 1)
            move(
              c * input.stride + (n * input.height + i * spatial) * input.width + j * spatial,
              (c + before) * output.stride + (n * output.height + i) * output.width + j,
            );
  };
  return {
    name,
    forward: () => {
      const x = workspace.f32(input.data);
      const y = workspace.f32(output.data);
      visit((from, to) => {
        y[to] = x[from];
      });
    },
    backward: () => {
      const dx = workspace.f32(input.gradient);
      const dy = workspace.f32(output.gradient);
      visit((from, to) => {
        dx[from] += dy[to];
      });
    },
  };
}
