/** A dense float32 array with its shape, row-major. Images are (channels, height, width). */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Trained parameters by name; names are those of the graph's nodes, such as `layer1.0.conv1.weight`. */
export type Weights = ReadonlyMap<string, Tensor>;

export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((product, extent) => product * extent, 1);

export function tensor(shape: readonly number[], data?: Float32Array): Tensor {
  const length = elementCount(shape);
  if (data && data.length !== length)
    throw new RangeError(`shape ${shape.join('x')} wants ${length} values, got ${data.length}`);
  return { shape, data: data ?? new Float32Array(length) };
}
