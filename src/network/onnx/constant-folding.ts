import type { OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx.js';

/**
 * Values of the nodes that depend on constants alone: exporters compute paddings and shapes inside the graph.
 * Only what such sums need: Constant, ConstantOfShape, Concat, Reshape, Cast, Slice, Transpose, Unsqueeze,
 * Squeeze, Identity on small tensors.
 */
export function foldConstants(model: OnnxModel): {
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  readonly rest: readonly OnnxNode[];
} {
  const constants = new Map(model.initializers);
  const rest: OnnxNode[] = [];
  for (const node of model.nodes) {
    const inputs = node.inputs.map((name) => constants.get(name));
    const known = inputs.every((input, i) => input !== undefined || node.inputs[i] === '');
    const value = known ? fold(node, inputs) : undefined;
    if (value) constants.set(node.outputs[0], value);
    else rest.push(node);
  }
  return { constants, rest };
}

function fold(
  { op, attributes }: OnnxNode,
  inputs: readonly (OnnxTensor | undefined)[],
): OnnxTensor | undefined {
  const [first, second] = inputs;
  switch (op) {
    case 'Constant': {
      const { value } = attributes;
      if (typeof value === 'object' && 'shape' in value) return value;
      const { value_float: number = attributes.value_int } = attributes;
      if (typeof number === 'number') return { shape: [], data: [number] };
      const list = attributes.value_ints ?? attributes.value_floats;
      return Array.isArray(list) ? { shape: [list.length], data: list as number[] } : undefined;
    }
    case 'ConstantOfShape': {
      const shape = numbers(first);
      const fill = attributes.value;
      const value = typeof fill === 'object' && 'shape' in fill ? fill.data[0] : 0;
      const length = shape.reduce((product, extent) => product * extent, 1);
      return length > 1e6 ? undefined : { shape, data: new Array<number>(length).fill(value) };
    }
    case 'Identity':
    case 'Cast':
      return first;
    case 'Concat':
      if (inputs.some((input) => input?.shape.length !== 1)) return undefined;
      return vector(inputs.flatMap((input) => numbers(input)));
    case 'Unsqueeze':
    case 'Squeeze':
      return first && first.data.length <= 1e6 && first.shape.length <= 1
        ? vector(numbers(first))
        : undefined;
    case 'Reshape': {
      if (!first) return undefined;
      const wanted = numbers(second);
      const fixed = wanted.reduce(
        (product, extent) => (extent > 0 ? product * extent : product),
        1,
      );
      const shape = wanted.map((extent, axis) =>
        extent === -1 ? first.data.length / fixed : extent === 0 ? first.shape[axis] : extent,
      );
      return { shape, data: first.data };
    }
    case 'Transpose': {
      if (first?.shape.length !== 2) return undefined;
      const [rows, columns] = first.shape;
      const data = numbers(first);
      return {
        shape: [columns, rows],
        data: Array.from(
          { length: data.length },
          (_, i) => data[(i % rows) * columns + Math.floor(i / rows)],
        ),
      };
    }
    case 'Slice': {
      const [, starts, ends, axes, steps] = inputs.map((input) =>
        input ? numbers(input) : undefined,
      );
      if (!first || !starts || !ends || starts.length !== 1 || (axes?.[0] ?? 0) !== 0)
        return undefined;
      return sliceRows(first, starts[0], ends[0], steps?.[0] ?? 1);
    }
    default:
      return undefined;
  }
}

/** Rows start, start + step, ... before end of a tensor, by ONNX's rules for negative numbers. */
function sliceRows(
  { shape, data }: OnnxTensor,
  start: number,
  end: number,
  step: number,
): OnnxTensor {
  const [extent = 0] = shape;
  const width = data.length / Math.max(1, extent);
  const from = Math.max(
    0,
    Math.min(step < 0 ? extent - 1 : extent, start < 0 ? start + extent : start),
  );
  const to = Math.max(-1, Math.min(extent, end < 0 ? end + extent : end));
  const rows: number[] = [];
  for (let row = from; step > 0 ? row < to : row > to; row += step) rows.push(row);
  const values = numbers({ shape, data });
  return {
    shape: [rows.length, ...shape.slice(1)],
    data: rows.flatMap((row) => values.slice(row * width, (row + 1) * width)),
  };
}

export const numbers = (tensor: OnnxTensor | undefined): number[] =>
  tensor ? Array.from(tensor.data) : [];

const vector = (data: readonly number[]): OnnxTensor => ({ shape: [data.length], data });
