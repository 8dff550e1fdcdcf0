import { expect, it } from 'vitest';
import { parseOverride } from '../../src/experiment/overrides.js';
import { commandLine } from '../../src/experiment/run/run-options.js';

it('names everything that the same command needs to go on: a resumed run refuses other settings', () => {
  const overrides = ['training.samples=2', 'samples=[1, 8]'].map(parseOverride);
  expect(commandLine('train', 'a.yaml', { out: 'OUT', overrides })).toBe(
    "spinbar train a.yaml --out OUT --set training.samples=2 --set 'samples=[1, 8]'",
  );
  expect(commandLine('run', 'b.yaml', { out: 'OUT', seed: 3, shard: '1/4', overrides: [] })).toBe(
    'spinbar run b.yaml --out OUT --seed 3 --shard 1/4',
  );
});
