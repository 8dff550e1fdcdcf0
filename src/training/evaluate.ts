import type { Executor } from '../parallel/executor.js';
import { gatherImages, type TrainingData } from './dataset.js';
import type { ShardInput, ShardOutput, ShardProgram } from './shard.js';
import type { Chip } from './tape.js';

export interface EvaluationRequest {
  readonly program: ShardProgram;
  readonly parameters: Float32Array;
  readonly data: TrainingData;
  readonly indices: Uint32Array;
  readonly seed: number;
  readonly chip?: Chip;
}

/** Accuracy with the stored statistics on the given images; NaN for none. */
export async function evaluate(
  { program, parameters, data, indices, seed, chip }: EvaluationRequest,
  executor: Executor,
): Promise<{ accuracy: number; correct: number }> {
  const inputs: ShardInput[] = [];
  for (let start = 0; start < indices.length; start += program.images) {
    const imageIndices = indices.slice(start, start + program.images);
    inputs.push({
      program,
      parameters,
      pixels: gatherImages(data, imageIndices),
      labels: Uint8Array.from(imageIndices, (index) => data.labels[index]),
      imageIndices,
      seed,
      ...(chip ? { chip } : {}),
    });
  }
  const outputs = await executor.map<ShardInput, ShardOutput>('training.shard', inputs);
  const correct = outputs.reduce((sum, output) => sum + output.correct, 0);
  return { correct, accuracy: correct / indices.length };
}
