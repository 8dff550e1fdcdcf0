import { elementCount, type Tensor, type Weights } from '../network/index.js';

/**
 * `weight`: decayed by the optimiser. `plain`: trained, not decayed (biases, scales, shifts).
 * `statistic`: not trained, follows what training forwards observe (running mean and variance).
 */
export type ParameterKind = 'weight' | 'plain' | 'statistic';

export interface ParameterEntry {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly shape: readonly number[];
  /** First element in the flat vector. */
  readonly offset: number;
  readonly length: number;
}

/** Where each named tensor lives in the one flat vector that optimiser, shards and checkpoints share. */
export interface ParameterTable {
  readonly entries: readonly ParameterEntry[];
  readonly length: number;
}

export interface ParameterDeclaration {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly shape: readonly number[];
}

export function parameterTable(declarations: readonly ParameterDeclaration[]): ParameterTable {
  let offset = 0;
  const entries = declarations.map((declaration) => {
    const length = elementCount(declaration.shape);
    const entry = { ...declaration, offset, length };
    offset += length;
    return entry;
  });
  return { entries, length: offset };
}

/** Throws RangeError for a name that was never declared. */
export function entryOf(table: ParameterTable, name: string): ParameterEntry {
  const entry = table.entries.find((candidate) => candidate.name === name);
  if (!entry) throw new RangeError(`no parameter named ${name}`);
  return entry;
}

/** Copies named tensors into a flat vector; entries absent from `weights` keep what they hold. */
export function loadWeights(table: ParameterTable, weights: Weights, into: Float32Array): void {
  for (const { name, shape, offset, length } of table.entries) {
    const found = weights.get(name);
    if (!found) continue;
    if (found.data.length !== length)
      throw new RangeError(`${name}: shape ${found.shape.join('x')}, want ${shape.join('x')}`);
    into.set(found.data, offset);
  }
}

/** The flat vector as named tensors (copies). */
export function unloadWeights(table: ParameterTable, flat: Float32Array): Map<string, Tensor> {
  return new Map(
    table.entries.map(({ name, shape, offset, length }) => [
      name,
      { shape, data: flat.slice(offset, offset + length) },
    ]),
  );
}
