import { didYouMean } from '../../units/index.js';
import type { ModelCard } from '../circuit-description.js';
import type { ModelDefinition, NameReference, ParameterAssignment } from '../deck.js';
import { evaluateExpression } from '../expression/evaluate.js';
import { netlistError } from '../problem.js';
import { modelParameters } from './known-parameters.js';
import { searchFrames } from './names.js';
import { isActive, warn, type Frame } from './state.js';

/** The model that a name means in a frame, evaluated; `undefined` when there is none. */
export function findModel(frame: Frame, name: string): ModelCard | undefined {
  return searchFrames(frame, (at) => {
    const known = at.models.get(name);
    if (known) return known;
    const definition = at.block.models.findLast(
      (model) => model.name === name && isActive(at, model.guard),
    );
    if (!definition) return undefined;
    const card = evaluateModel(at, definition);
    at.models.set(name, card);
    return card;
  });
}

function evaluateModel(frame: Frame, definition: ModelDefinition): ModelCard {
  const { elaboration, path, scope, block } = frame;
  const { name, type, texts, place } = definition;
  const isConstant = definition.parameters.every(({ expression }) => expression.type === 'number');
  // A local model without parameters of its instance is one model for all instances.
  const owner = path === '' ? '' : isConstant ? `${block.name}:` : `${path}.`;
  const flatName = `${owner}${name}`;
  const known = elaboration.models.get(flatName);
  if (known) return known;
  const parameters: Record<string, number> = {};
  warnOfUnknown(frame, definition.parameters, modelParameters(type), `model ${name} (${type})`);
  for (const parameter of definition.parameters) {
    parameters[parameter.name] = evaluateExpression(
      parameter.expression,
      scope,
      `${flatName}.${parameter.name}`,
    );
  }
  const card: ModelCard = { name: flatName, type, parameters, texts, place };
  elaboration.models.set(flatName, card);
  return card;
}

/** Names the parameters of a card that nothing knows, each with its nearest known one. */
export function warnOfUnknown(
  { elaboration }: Frame,
  parameters: readonly ParameterAssignment[],
  known: ReadonlySet<string> | undefined,
  owner: string,
): void {
  if (!known) return;
  for (const { name, place } of parameters) {
    if (known.has(name)) continue;
    const near = didYouMean(name, [...known]);
    warn(elaboration, {
      code: 'ignored-parameter',
      what: `${owner} has no parameter "${name}": it is ignored`,
      place,
      length: name.length,
      ...(near === undefined ? {} : { mend: `did you mean "${near}"?` }),
    });
  }
}

export function requireModel(frame: Frame, { name, place }: NameReference): ModelCard {
  const found = findModel(frame, name);
  if (found) return found;
  const names = new Set<string>();
  searchFrames(frame, ({ block }) => {
    for (const model of block.models) names.add(model.name);
    return undefined;
  });
  const near = didYouMean(name, [...names]);
  throw netlistError(frame.elaboration.netlist.sources, {
    code: 'unknown-model',
    what: `model "${name}" is not defined`,
    place,
    length: name.length,
    mend: near === undefined ? `add .model ${name} type(...)` : `did you mean "${near}"?`,
  });
}
