import { graphBuilder, type GraphBlueprint } from './blueprint.js';

/** 784-256-10: linear, batch norm, hardtanh, linear with bias. Pixels are 0 .. 1. */
export function mlp(hidden = 256): GraphBlueprint {
  const build = graphBuilder();
  build.plain('flatten', 'flatten');
  build.linear('fc1', [hidden, 784]);
  build.batchNorm('bn1', hidden);
  build.plain('act1', 'hardtanh');
  build.linear('fc2', [10, hidden], { bias: true });
  return build.finish({ name: 'mnist-mlp', inputShape: [1, 28, 28], output: 'fc2' });
}

/**
 * The shape of LeNet-5 (LeCun et al., Proc. IEEE 1998, figure 2) with batch norm, hardtanh and max pooling:
 * 5x5 convolutions of 8 and 16 planes, then 400-120-84-10.
 */
export function leNet(): GraphBlueprint {
  const build = graphBuilder();
  build.conv('conv1', [8, 1, 5, 5], { padding: 2 });
  build.batchNorm('bn1', 8);
  build.plain('act1', 'hardtanh');
  build.maxPool('pool1');
  build.conv('conv2', [16, 8, 5, 5]);
  build.batchNorm('bn2', 16);
  build.plain('act2', 'hardtanh');
  build.maxPool('pool2');
  build.plain('flatten', 'flatten');
  build.linear('fc1', [120, 400]);
  build.batchNorm('bn3', 120);
  build.plain('act3', 'hardtanh');
  build.linear('fc2', [84, 120]);
  build.batchNorm('bn4', 84);
  build.plain('act4', 'hardtanh');
  build.linear('fc3', [10, 84], { bias: true });
  return build.finish({ name: 'lenet', inputShape: [1, 28, 28], output: 'fc3' });
}
