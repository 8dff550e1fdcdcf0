import { expect, it } from 'vitest';
import { loadExperiment } from '../../src/experiment/node/load-experiment.js';
import { loopPhysics } from '../../src/experiment/run/training-physics.js';
import { parseOverride } from '../../src/experiment/overrides.js';

const figures = {
  onSiemens: 1e-4,
  offSiemens: 1e-5,
  readVolt: 0.1,
  wordLine: 2,
  bitLine: 3,
  driver: 102,
  load: 53,
};
const load = (...settings: string[]) =>
  loadExperiment('examples/01-mnist/experiment.yaml', settings.map(parseOverride));

it('leaves the loop nominal unless asked', () => {
  expect(loopPhysics(load(), figures)).toBeUndefined();
});

it('takes the wires from the netlist, and curves from their files', () => {
  const curve = `${process.cwd()}/devices/curves/sot-mtj-in-plane.hard-axis-preset.json`;
  const physics = loopPhysics(
    load(
      'training.physics.wires=true',
      'training.physics.conductanceSpread=0.05',
      `training.physics.temperatures=["${curve}"]`,
    ),
    figures,
  );
  expect(physics).toMatchObject({
    interval: 20,
    conductanceSpread: 0.05,
    wires: { wordLineOhm: 2, bitLineOhm: 3, driverOhm: 100, loadOhm: 50 },
  });
  expect(physics?.temperatureCurves?.[0].format).toBe('spinbar.switching-curve');
  expect(physics).not.toHaveProperty('population');
  expect(physics).not.toHaveProperty('readNoiseAmpere');
});
