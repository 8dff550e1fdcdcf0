import type { Value } from './tape.js';
import type { Workspace } from './workspace.js';

export interface LossOptions {
  readonly labels: ArrayLike<number>;
  /** Share of the target spread evenly over all classes (Szegedy et al., CVPR 2016). */
  readonly labelSmoothing?: number;
  /** A second label and the first one's share, for mixed-up images (Zhang et al., ICLR 2018). */
  readonly mix?: { readonly labels: ArrayLike<number>; readonly share: number };
  /**
   * Teacher logits (images x classes), their weight and temperature: adds
   * weight T^2 KL(teacher / T || student / T) (Hinton et al., arXiv:1503.02531, section 2).
   */
  readonly teacher?: {
    readonly logits: Float32Array;
    readonly weight: number;
    readonly temperature: number;
  };
  /** The sums are divided by this: the images of the whole batch, so shards simply add. */
  readonly batchImages: number;
}

export interface LossResult {
  /** Sum over the shard's images of the loss, divided by `batchImages`. */
  readonly loss: number;
  /** Images whose largest logit is the label (the first of ties). */
  readonly correct: number;
}

/** Softmax of `logits / temperature`, in place, and the log of its denominator. */
function softmax(logits: Float64Array): number {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let k = 0; k < logits.length; k += 1) sum += Math.exp(logits[k] - largest);
  const logSum = largest + Math.log(sum);
  for (let k = 0; k < logits.length; k += 1) logits[k] = Math.exp(logits[k] - logSum);
  return logSum;
}

/**
 * Softmax cross-entropy of the logits value (classes x images); writes its gradient when `backward`.
 */
export function crossEntropy(
  workspace: Workspace,
  logits: Value,
  images: number,
  { labels, labelSmoothing = 0, mix, teacher, batchImages }: LossOptions,
): LossResult {
  const { channels: classes, stride } = logits;
  const z = workspace.f32(logits.data);
  const dz = workspace.f32(logits.gradient);
  const hardWeight = 1 - (teacher?.weight ?? 0);
  const probabilities = new Float64Array(classes);
  const target = new Float64Array(classes);
  const taught = new Float64Array(classes);
  let loss = 0;
  let correct = 0;
  for (let n = 0; n < images; n += 1) {
    let best = 0;
    for (let k = 0; k < classes; k += 1) {
      probabilities[k] = z[k * stride + n];
      if (probabilities[k] > probabilities[best]) best = k;
    }
    if (best === labels[n]) correct += 1;
    target.fill(labelSmoothing / classes);
    target[labels[n]] += (1 - labelSmoothing) * (mix?.share ?? 1);
    if (mix) target[mix.labels[n]] += (1 - labelSmoothing) * (1 - mix.share);
    const logSum = softmax(probabilities);
    for (let k = 0; k < classes; k += 1) {
      loss += (hardWeight * target[k] * (logSum - z[k * stride + n])) / batchImages;
      dz[k * stride + n] += (hardWeight * (probabilities[k] - target[k])) / batchImages;
    }
    if (!teacher) continue;
    const { temperature, weight } = teacher;
    for (let k = 0; k < classes; k += 1) {
      taught[k] = teacher.logits[n * classes + k] / temperature;
      probabilities[k] = z[k * stride + n] / temperature;
    }
    softmax(taught);
    const logDenominator = softmax(probabilities);
    for (let k = 0; k < classes; k += 1) {
      const logStudent = z[k * stride + n] / temperature - logDenominator;
      const divergence = taught[k] > 0 ? taught[k] * (Math.log(taught[k]) - logStudent) : 0;
      loss += (weight * temperature ** 2 * divergence) / batchImages;
      dz[k * stride + n] += (weight * temperature * (probabilities[k] - taught[k])) / batchImages;
    }
  }
  return { loss, correct };
}
