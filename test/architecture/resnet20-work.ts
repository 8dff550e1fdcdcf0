import type { LayerWork } from '../../src/architecture/index.js';

/** The 19 convolutions of ResNet-20 on 32 x 32 images, by hand, one after another. */
export function resnet20Work(rowsPerArray: number, change: Partial<LayerWork> = {}): LayerWork[] {
  const layers: LayerWork[] = [];
  const add = (name: string, size: number, from: number, to: number, stride: number): void => {
    layers.push({
      name,
      mapped: true,
      positions: size * size,
      inputs: 9 * from,
      outputs: to,
      groups: 1,
      inputValues: from * (size * stride) ** 2,
      outputHeight: size,
      inputHeight: size * stride,
      kernelHeight: 3,
      strideHeight: stride,
      paddingHeight: 1,
      after: layers.slice(-1).map((layer) => layer.name),
      activationBits: 1,
      bitsPerStream: 1,
      bitsPerSlice: 1,
      streams: 1,
      slices: 1,
      rowsPerArray,
      columnsPerArray: rowsPerArray,
      linesPerColumn: 2,
      samples: 1,
      poolings: 0,
      additions: 0,
      ...change,
    });
  };
  add('stem', 32, 3, 16, 1);
  for (const [size, from, to] of [
    [32, 16, 16],
    [16, 16, 32],
    [8, 32, 64],
  ]) {
    for (let i = 0; i < 6; i += 1)
      add(`${size}-${i}`, size, i === 0 ? from : to, to, i === 0 && from !== to ? 2 : 1);
  }
  return layers;
}
