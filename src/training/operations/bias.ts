import type { ParameterEntry } from '../parameters.js';
import { channelOffset, type Value } from '../tape.js';
import type { Workspace } from '../workspace.js';

/** The bias of a matrix layer, one number an output, over the first `count` elements of every channel. */
export interface OutputBias {
  addTo(parameters: Float32Array): void;
  addGradient(gradient: Float32Array): void;
}

/** Does nothing for a layer without. */
export function outputBias(
  workspace: Workspace,
  output: Value,
  bias: ParameterEntry | undefined,
  count: number,
): OutputBias {
  const { layers } = workspace.kernels;
  const { offset, length } = bias ?? { offset: 0, length: 0 };
  return {
    addTo(parameters) {
      for (let m = 0; m < length; m += 1) {
        const y = channelOffset(output.data, output, m);
        layers.affine(y, y, count, 1, parameters[offset + m]);
      }
    },
    addGradient(gradient) {
      for (let m = 0; m < length; m += 1)
        gradient[offset + m] += layers.channelSum(channelOffset(output.gradient, output, m), count);
    },
  };
}
