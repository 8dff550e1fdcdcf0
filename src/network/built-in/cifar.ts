import { graphBuilder, type GraphBlueprint } from './blueprint.js';

/** Channel mean and deviation of pixels / 255 that the public CIFAR-10 ResNets were trained with. */
const NORMALISATION = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

export interface ResNetOptions {
  /** Blocks in each of the three stages: 3, 5, 7, 9 for ResNet-20, 32, 44, 56. */
  readonly blocks: number;
  /**
   * `plain`: relu, one add a block. `two-residual`: StoX-Net's, hardtanh, an add around each convolution.
   * `bridged`: plain, with a batch-normalised bridge around each block's first convolution too, so that no
   * value has to pass two rows of converters; with bridges of scale 0 it is the plain network.
   */
  readonly form: 'plain' | 'two-residual' | 'bridged';
  readonly classes?: number;
}

/**
 * ResNet for CIFAR (He et al., CVPR 2016, section 4.2), 16/32/64 channels, option A shortcuts. Weight names
 * are those of the public PyTorch checkpoints (`layer1.0.conv1.weight`, head `linear`).
 */
export function resNet({ blocks, form, classes = 10 }: ResNetOptions): GraphBlueprint {
  const build = graphBuilder();
  const stox = form === 'two-residual';
  const activation = stox ? 'hardtanh' : 'relu';
  build.conv('conv1', [16, 3, 3, 3], { padding: 1 });
  build.batchNorm('bn1', 16);
  let x = build.plain('act1', activation);
  let channels = 16;
  for (let stage = 1; stage <= 3; stage += 1)
    for (let index = 0; index < blocks; index += 1) {
      const name = `layer${stage}.${index}`;
      const planes = 8 * 2 ** stage;
      const stride = stage > 1 && index === 0 ? 2 : 1;
      const shortcut =
        planes === channels
          ? x
          : build.padShortcut(`${name}.shortcut`, x, stride, (planes - channels) / 2);
      build.conv(`${name}.conv1`, [planes, channels, 3, 3], { stride, padding: 1, from: x });
      let y = build.batchNorm(`${name}.bn1`, planes);
      if (stox) y = build.plain(`${name}.add1`, 'add', y, shortcut);
      if (form === 'bridged') {
        const bridge = build.batchNorm(`${name}.bridge`, planes, shortcut);
        y = build.plain(`${name}.add1`, 'add', y, bridge);
      }
      const middle = build.plain(`${name}.act1`, activation, y);
      build.conv(`${name}.conv2`, [planes, planes, 3, 3], { padding: 1 });
      y = build.batchNorm(`${name}.bn2`, planes);
      y = build.plain(`${name}.add2`, 'add', y, stox ? middle : shortcut);
      x = build.plain(`${name}.act2`, activation, y);
      channels = planes;
    }
  build.plain('pool', 'globalAveragePool');
  if (stox) build.batchNorm('bn2', channels);
  build.linear('linear', [classes, channels], { bias: true });
  return build.finish({
    name: `resnet${6 * blocks + 2}${FORM_SUFFIX[form]}`,
    inputShape: [3, 32, 32],
    output: 'linear',
    normalisation: NORMALISATION,
  });
}

/** What a form adds to the name of a network. */
export const FORM_SUFFIX = { plain: '', 'two-residual': '-stox', bridged: '-bridged' };

/** VGG-9 for CIFAR: pairs of 3x3 convolutions of 64, 128 and 256 planes, then 4096-512-512-10. */
export function vgg9(): GraphBlueprint {
  const build = graphBuilder();
  let channels = 3;
  for (const [stage, planes] of [64, 128, 256].entries()) {
    for (let index = 0; index < 2; index += 1) {
      const name = `conv${2 * stage + index + 1}`;
      build.conv(name, [planes, channels, 3, 3], { padding: 1 });
      build.batchNorm(`${name}_bn`, planes);
      build.plain(`${name}_act`, 'hardtanh');
      channels = planes;
    }
    build.maxPool(`pool${stage + 1}`);
  }
  build.plain('flatten', 'flatten');
  let features = 256 * 16;
  for (const name of ['fc1', 'fc2']) {
    build.linear(name, [512, features]);
    build.batchNorm(`${name}_bn`, 512);
    build.plain(`${name}_act`, 'hardtanh');
    features = 512;
  }
  build.linear('fc3', [10, 512], { bias: true });
  return build.finish({
    name: 'vgg9',
    inputShape: [3, 32, 32],
    output: 'fc3',
    normalisation: NORMALISATION,
  });
}
