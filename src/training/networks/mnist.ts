import { networkBuilder, plainNode, type NetworkBlueprint } from './builder.js';

/**
 * 784-256-10: linear -> batch norm -> hardtanh -> linear. Without biases before batch norm. Pixels are
 * 0 .. 1, so the first layer streams unipolar codes and the hidden one bipolar codes.
 */
export function mnistMlp({ hidden = 256 } = {}): NetworkBlueprint {
  const build = networkBuilder();
  build.node(plainNode('flatten', 'flatten', 'input'));
  build.linear('fc1', 'flatten', [hidden, 784]);
  build.batchNorm('bn1', 'fc1', hidden);
  build.node(plainNode('act1', 'hardtanh', 'bn1'));
  build.linear('fc2', 'act1', [10, hidden], { bias: true });
  return build.finish({ name: 'mnist-mlp', inputShape: [1, 28, 28], output: 'fc2' });
}

/**
 * LeNet-5's shape (LeCun et al., Proc. IEEE 1998, figure 2) with batch norm, hardtanh and max pooling:
 * 5x5 convolutions of 8 and 16 planes, then 400-120-84-10.
 */
export function leNet({
  planes = [8, 16] as const,
  features = [120, 84] as const,
} = {}): NetworkBlueprint {
  const build = networkBuilder();
  const pool = (name: string, input: string) =>
    build.node({
      name,
      op: 'maxPool',
      inputs: [input],
      attributes: { kernel: [2, 2], stride: [2, 2], padding: [0, 0] },
      weights: {},
    });
  build.conv('conv1', 'input', [planes[0], 1, 5, 5], { padding: 2 });
  build.batchNorm('bn1', 'conv1', planes[0]);
  build.node(plainNode('act1', 'hardtanh', 'bn1'));
  pool('pool1', 'act1');
  build.conv('conv2', 'pool1', [planes[1], planes[0], 5, 5]);
  build.batchNorm('bn2', 'conv2', planes[1]);
  build.node(plainNode('act2', 'hardtanh', 'bn2'));
  pool('pool2', 'act2');
  build.node(plainNode('flatten', 'flatten', 'pool2'));
  build.linear('fc1', 'flatten', [features[0], planes[1] * 25]);
  build.batchNorm('bn3', 'fc1', features[0]);
  build.node(plainNode('act3', 'hardtanh', 'bn3'));
  build.linear('fc2', 'act3', [features[1], features[0]]);
  build.batchNorm('bn4', 'fc2', features[1]);
  build.node(plainNode('act4', 'hardtanh', 'bn4'));
  build.linear('fc3', 'act4', [10, features[1]], { bias: true });
  return build.finish({ name: 'lenet', inputShape: [1, 28, 28], output: 'fc3' });
}
