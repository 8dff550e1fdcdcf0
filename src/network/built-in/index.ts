import { invalidInput } from '../../errors/index.js';
import type { GraphBlueprint } from './blueprint.js';
import { FORM_SUFFIX, resNet, vgg9 } from './cifar.js';
import { leNet, mlp } from './mnist.js';

/** Blocks in each stage of a ResNet for CIFAR, by its depth. */
const DEPTHS = { 20: 3, 32: 5, 44: 7, 56: 9 } as const;
const FORMS = ['plain', 'bridged', 'two-residual'] as const;

const BUILDERS: Readonly<Record<string, () => GraphBlueprint>> = {
  'mnist-mlp': () => mlp(),
  lenet: leNet,
  vgg9,
  ...Object.fromEntries(
    FORMS.flatMap((form) =>
      Object.entries(DEPTHS).map(([depth, blocks]) => [
        `resnet${depth}${FORM_SUFFIX[form]}`,
        () => resNet({ blocks, form }),
      ]),
    ),
  ),
};

/** Names of the networks that need no graph file. */
export const builtInNames: readonly string[] = Object.keys(BUILDERS);

/** A built-in network's graph and weight shapes. Throws `network.unknown-graph`. */
export function builtInNetwork(name: string): GraphBlueprint {
  const build = Object.hasOwn(BUILDERS, name) ? BUILDERS[name] : undefined;
  if (!build)
    throw invalidInput({
      code: 'network.unknown-graph',
      what: `no built-in network is called "${name}"`,
      mend: `Built in are: ${builtInNames.join(', ')}.`,
    });
  return build();
}

export type { GraphBlueprint } from './blueprint.js';
