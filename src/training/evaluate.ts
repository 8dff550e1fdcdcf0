import type { Executor } from '../parallel/executor.js';
import { gatherImages, type TrainingData } from './dataset.js';
import type { ShardCommon, ShardInput, ShardOutput } from './shard.js';
import type { Chip } from './tape.js';

export interface EvaluationRequest {
  readonly common: ShardCommon;
  readonly parameters: Float32Array;
  readonly data: TrainingData;
  readonly indices: Uint32Array;
  readonly seed: number;
  readonly chip?: Chip;
}

/** Accuracy with the stored statistics on the given images; NaN for none. */
export async function evaluate(
  { common, parameters, data, indices, seed, chip }: EvaluationRequest,
  executor: Executor,
): Promise<{ accuracy: number; correct: number }> {
  const inputs: ShardInput[] = [];
  for (let start = 0; start < indices.length; start += common.program.images) {
    const imageIndices = indices.slice(start, start + common.program.images);
    inputs.push({
      parameters,
      pixels: gatherImages(data, imageIndices),
      labels: Uint8Array.from(imageIndices, (index) => data.labels[index]),
      imageIndices,
      seed,
      ...(chip ? { chip } : {}),
    });
  }
  const outputs = await executor.map<ShardInput, ShardOutput>('training.shard', inputs, { common });
  const correct = outputs.reduce((sum, output) => sum + output.correct, 0);
  return { correct, accuracy: correct / indices.length };
}
