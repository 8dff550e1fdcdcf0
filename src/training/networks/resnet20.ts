import { networkBuilder, plainNode, type NetworkBlueprint } from './builder.js';

/** CIFAR-10's usual channel mean and deviation, of pixels / 255. */
const NORMALISATION = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

export interface ResNetOptions {
  /** Channels of the first stage. */
  readonly width?: number;
  readonly block?: 'two-residual' | 'plain';
  /** Blocks a stage: 3 gives 20 layers. */
  readonly depth?: number;
}

/**
 * ResNet-20 for CIFAR-10 (He et al., CVPR 2016, section 4.2, option A shortcuts), in StoX-Net's form:
 * hardtanh instead of relu and two residual adds a block, so that every stochastic convolution has a
 * path around it. `block` 'plain' gives the usual relu network with one add.
 */
export function resNet20({
  width = 16,
  block = 'two-residual',
  depth = 3,
}: ResNetOptions = {}): NetworkBlueprint {
  const build = networkBuilder();
  const activation = block === 'plain' ? 'relu' : 'hardtanh';
  build.conv('conv1', 'input', [width, 3, 3, 3], { padding: 1 });
  build.batchNorm('bn1', 'conv1', width);
  let x = build.node(plainNode('act1', activation, 'bn1'));
  let channels = width;
  for (let stage = 1; stage <= 3; stage += 1)
    for (let index = 0; index < depth; index += 1) {
      const name = `layer${stage}.${index}`;
      const planes = width * 2 ** (stage - 1);
      const stride = stage > 1 && index === 0 ? 2 : 1;
      const shortcut =
        planes === channels
          ? x
          : build.node({
              name: `${name}.shortcut`,
              op: 'padShortcut',
              inputs: [x],
              attributes: {
                stride,
                channelsBefore: (planes - channels) / 2,
                channelsAfter: (planes - channels) / 2,
              },
              weights: {},
            });
      build.conv(`${name}.conv1`, x, [planes, channels, 3, 3], { stride, padding: 1 });
      let y = build.batchNorm(`${name}.bn1`, `${name}.conv1`, planes);
      if (block === 'two-residual') y = build.node(plainNode(`${name}.add1`, 'add', y, shortcut));
      const middle = build.node(plainNode(`${name}.act1`, activation, y));
      build.conv(`${name}.conv2`, middle, [planes, planes, 3, 3], { padding: 1 });
      build.batchNorm(`${name}.bn2`, `${name}.conv2`, planes);
      build.node(
        plainNode(
          `${name}.add2`,
          'add',
          `${name}.bn2`,
          block === 'two-residual' ? middle : shortcut,
        ),
      );
      x = build.node(plainNode(`${name}.act2`, activation, `${name}.add2`));
      channels = planes;
    }
  x = build.node(plainNode('pool', 'globalAveragePool', x));
  if (block === 'two-residual') x = build.batchNorm('bn2', x, channels);
  build.node(plainNode('flatten', 'flatten', x));
  build.linear('fc', 'flatten', [10, channels], { bias: true });
  return build.finish({
    name: block === 'plain' ? 'resnet20' : 'resnet20-stox',
    inputShape: [3, 32, 32],
    output: 'fc',
    normalisation: NORMALISATION,
  });
}
