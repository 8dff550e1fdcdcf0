import { invalidInput } from '../../errors/index.js';
import type { GraphBlueprint } from './blueprint.js';
import { resNet, vgg9 } from './cifar.js';
import { leNet, mlp } from './mnist.js';

const BUILDERS: Readonly<Record<string, () => GraphBlueprint>> = {
  'mnist-mlp': () => mlp(),
  lenet: leNet,
  vgg9,
  resnet20: () => resNet({ blocks: 3, form: 'plain' }),
  resnet32: () => resNet({ blocks: 5, form: 'plain' }),
  resnet44: () => resNet({ blocks: 7, form: 'plain' }),
  resnet56: () => resNet({ blocks: 9, form: 'plain' }),
  'resnet20-bridged': () => resNet({ blocks: 3, form: 'bridged' }),
  'resnet20-stox': () => resNet({ blocks: 3, form: 'two-residual' }),
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
