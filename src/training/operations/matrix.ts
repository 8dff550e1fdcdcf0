import type { ColumnGeometry, ColumnSource } from '../columns.js';
import { packQuads, sameValues, panelLength, reserveRowBlock } from '../columns.js';
import type { ParameterEntry } from '../parameters.js';
import type { Operation, Pass, Value } from '../tape.js';
import type { Workspace } from '../workspace.js';
import { outputBias } from './bias.js';

export interface MatrixOptions {
  readonly name: string;
  readonly geometry: ColumnGeometry;
  readonly source: ColumnSource;
  readonly output: Value;
  readonly weight: ParameterEntry;
  readonly bias?: ParameterEntry;
  readonly images: number;
  /** False for the graph's input, whose gradient nobody reads. */
  readonly wantsInputGradient: boolean;
}

/** Floating-point convolution or linear layer: y = w X + bias. */
export function matrixOperation(workspace: Workspace, options: MatrixOptions): Operation {
  const { name, geometry, source, output, weight, bias, images, wantsInputGradient } = options;
  const { rows, outputs, pixelOffsets } = geometry;
  const { columns } = workspace.kernels;
  const block = reserveRowBlock(workspace, geometry, { first: 0, rows });
  const paddedOutputs = Math.ceil(outputs / 4) * 4;
  const gradientOutputs = Math.ceil(outputs / 8) * 8;
  const pixelTable = workspace.table(pixelOffsets.map((offset) => offset * 4));
  const transposed = workspace.reserve(block.paddedRows * gradientOutputs);
  const panel = workspace.reserve(panelLength(rows, outputs)).offset;
  const pixels = pixelOffsets.length;
  const biases = outputBias(workspace, output, bias, images * output.height * output.width);
  const yStride = output.stride * 4;

  const packed = new Float32Array(weight.length).fill(NaN);

  /** Packs the weights for both directions, unless they are packed already. */
  function pack(parameters: Float32Array): void {
    const current = parameters.subarray(weight.offset, weight.offset + weight.length);
    if (sameValues(current, packed)) return;
    packed.set(current);
    const natural = { values: packed, start: 0 };
    packQuads(
      workspace.f32(block.forward),
      { ...natural, outerStride: rows, innerStride: 1 },
      { outer: outputs, inner: rows },
    );
    packQuads(
      workspace.f32(block.backward),
      { ...natural, outerStride: 1, innerStride: rows },
      { outer: rows, inner: outputs, paddedInner: paddedOutputs },
    );
  }

  return {
    name,
    forward({ parameters }: Pass) {
      source.gather();
      pack(parameters);
      columns.columnsForward(
        source.data.offset,
        block.table.offset,
        rows,
        pixelTable.offset,
        pixels,
        block.forward.offset,
        paddedOutputs,
        output.data.offset,
        yStride,
        panel,
      );
      biases.addTo(parameters);
    },
    backward({ gradient }: Pass) {
      const flat = workspace.f32(transposed).fill(0);
      columns.columnsWeightGradient(
        source.data.offset,
        block.table.offset,
        block.paddedRows,
        pixelTable.offset,
        pixels,
        output.gradient.offset,
        yStride,
        gradientOutputs,
        transposed.offset,
        panel,
      );
      for (let m = 0; m < outputs; m += 1)
        for (let k = 0; k < rows; k += 1)
          gradient[weight.offset + m * rows + k] += flat[k * gradientOutputs + m];
      biases.addGradient(gradient);
      if (!wantsInputGradient) return;
      source.clear();
      columns.columnsInputGradient(
        source.gradient.offset,
        block.table.offset,
        block.paddedRows,
        pixelTable.offset,
        pixels,
        block.backward.offset,
        paddedOutputs,
        output.gradient.offset,
        yStride,
        panel,
      );
      source.release();
    },
  };
}
