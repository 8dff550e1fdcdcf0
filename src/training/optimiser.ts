import type { ParameterTable } from './parameters.js';

/**
 * - `sgd`: v <- momentum v + g + decay w; w <- w - rate (g + decay w + momentum v) when `nesterov`, else
 *   w - rate v (Sutskever et al., ICML 2013, in PyTorch's arrangement).
 * - `adamw`: Loshchilov and Hutter, ICLR 2019, algorithm 2: decay apart from the adapted gradient.
 */
export type OptimiserConfig =
  | {
      readonly kind: 'sgd';
      readonly momentum: number;
      readonly nesterov?: boolean;
      readonly weightDecay: number;
    }
  | {
      readonly kind: 'adamw';
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
      readonly weightDecay: number;
    };

/** Moments, flat like the parameters; `steps` counts updates. Serialised in checkpoints. */
export interface OptimiserState {
  readonly first: Float32Array;
  readonly second: Float32Array;
  steps: number;
}

export const optimiserState = ({ kind }: OptimiserConfig, length: number): OptimiserState => ({
  first: new Float32Array(length),
  second: new Float32Array(kind === 'adamw' ? length : 0),
  steps: 0,
});

/** One update in place. Decay acts on `weight` entries alone; statistics are left to their observer. */
export function optimiserStep(
  config: OptimiserConfig,
  table: ParameterTable,
  parameters: Float32Array,
  gradient: Float32Array,
  state: OptimiserState,
  rate: number,
): void {
  state.steps += 1;
  for (const { kind, offset, length } of table.entries) {
    if (kind === 'statistic') continue;
    const decay = kind === 'weight' ? config.weightDecay : 0;
    const end = offset + length;
    if (config.kind === 'sgd') {
      const { momentum, nesterov = false } = config;
      for (let i = offset; i < end; i += 1) {
        const g = gradient[i] + decay * parameters[i];
        const velocity = momentum * state.first[i] + g;
        state.first[i] = velocity;
        parameters[i] -= rate * (nesterov ? g + momentum * velocity : velocity);
      }
    } else {
      const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = config;
      const correction1 = 1 - beta1 ** state.steps;
      const correction2 = 1 - beta2 ** state.steps;
      for (let i = offset; i < end; i += 1) {
        const g = gradient[i];
        const first = beta1 * state.first[i] + (1 - beta1) * g;
        const second = beta2 * state.second[i] + (1 - beta2) * g * g;
        state.first[i] = first;
        state.second[i] = second;
        const step = first / correction1 / (Math.sqrt(second / correction2) + epsilon);
        parameters[i] -= rate * (step + decay * parameters[i]);
      }
    }
  }
}

export interface ScheduleConfig {
  /** Peak learning rate. */
  readonly rate: number;
  /** Share of the peak that the cosine ends at; default 0. */
  readonly finalShare?: number;
  /** Epochs of linear rise from zero. */
  readonly warmUpEpochs?: number;
}

/** Linear warm-up, then half a cosine (Loshchilov and Hutter, ICLR 2017, without restarts). */
export function learningRate(
  { rate, finalShare = 0, warmUpEpochs = 0 }: ScheduleConfig,
  step: number,
  stepsPerEpoch: number,
  epochs: number,
): number {
  const warmUp = Math.round(warmUpEpochs * stepsPerEpoch);
  if (step < warmUp) return (rate * (step + 1)) / warmUp;
  const progress = (step - warmUp) / Math.max(1, epochs * stepsPerEpoch - warmUp);
  const share = 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
  return rate * (finalShare + (1 - finalShare) * share);
}
