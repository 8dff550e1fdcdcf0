import type { ParameterEntry } from '../parameters.js';
import { channelOffset, type Operation, type Pass, type Value } from '../tape.js';
import type { Workspace } from '../workspace.js';

export interface BatchNormOptions {
  readonly name: string;
  readonly input: Value;
  readonly output: Value;
  readonly images: number;
  readonly epsilon: number;
  readonly mean: ParameterEntry;
  readonly variance: ParameterEntry;
  readonly scale?: ParameterEntry;
  readonly shift?: ParameterEntry;
}

/**
 * Batch normalisation per channel over images and positions (Ioffe and Szegedy, ICML 2015, algorithm 1).
 * A training pass uses the shard's own statistics and reports its mean and unbiased variance at the
 * statistic entries of `pass.gradient`; otherwise the stored ones count.
 */
export function batchNormOperation(workspace: Workspace, options: BatchNormOptions): Operation {
  const { name, input, output, images, epsilon, mean, variance, scale, shift } = options;
  const { layers } = workspace.kernels;
  const pair = workspace.reserve(4);
  const count = images * input.height * input.width;
  const means = new Float64Array(input.channels);
  const inverses = new Float64Array(input.channels);

  return {
    name,
    forward({ parameters, gradient, training }: Pass) {
      const out = workspace.f32(pair);
      for (let c = 0; c < input.channels; c += 1) {
        const x = channelOffset(input.data, input, c);
        if (training) {
          layers.channelMoments(x, count, pair.offset);
          means[c] = out[0];
          inverses[c] = 1 / Math.sqrt(out[1] + epsilon);
          gradient[mean.offset + c] = out[0];
          gradient[variance.offset + c] = (out[1] * count) / Math.max(1, count - 1);
        } else {
          means[c] = parameters[mean.offset + c];
          inverses[c] = 1 / Math.sqrt(parameters[variance.offset + c] + epsilon);
        }
        const a = Math.fround((scale ? parameters[scale.offset + c] : 1) * inverses[c]);
        const b = Math.fround((shift ? parameters[shift.offset + c] : 0) - a * means[c]);
        layers.affine(x, channelOffset(output.data, output, c), count, a, b);
      }
    },
    backward({ parameters, gradient, training }: Pass) {
      const sums = workspace.f32(pair);
      for (let c = 0; c < input.channels; c += 1) {
        const x = channelOffset(input.data, input, c);
        const dy = channelOffset(output.gradient, output, c);
        const inverse = inverses[c];
        layers.normGradientSums(x, dy, count, means[c], inverse, pair.offset);
        const [sum, product] = sums;
        if (shift) gradient[shift.offset + c] += sum;
        if (scale) gradient[scale.offset + c] += product;
        const a = (scale ? parameters[scale.offset + c] : 1) * inverse;
        // dx = a (dy - mean(dy) - xhat mean(dy xhat)); the stored statistics are constants
        const slope = training ? (-a * product * inverse) / count : 0;
        const constant = training ? (-a * sum) / count - slope * means[c] : 0;
        layers.addCombination(
          x,
          dy,
          channelOffset(input.gradient, input, c),
          count,
          a,
          slope,
          constant,
        );
      }
    },
  };
}
