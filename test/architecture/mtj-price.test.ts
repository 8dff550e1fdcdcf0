import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mtjPrice, readoutSchema, supplyFactor } from '../../src/architecture/index.js';
import { parseProtocol } from '../../src/calibration/index.js';
import { parseDevice } from '../../src/magnetics/index.js';
import { parseDocument } from '../../src/units/index.js';

const read = (name: string): string =>
  readFileSync(new URL(`../../devices/${name}`, import.meta.url), 'utf8');
const device = parseDevice(read('sot-mtj-in-plane.yaml'), 'device').mtj;
const preset = parseProtocol(read('protocols/hard-axis-preset.yaml'), 'preset');
const pulse = parseProtocol(read('protocols/reset-and-pulse.yaml'), 'pulse');
const readout = parseDocument(readoutSchema, read('components/mtj-readout-28nm.yaml'), 'readout');

// By hand: 200 uohm cm x 120 nm / (80 nm x 3 nm) = 1 kohm for the channel and the preset path.
describe('mtjPrice', () => {
  it('is I^2 R t of every segment, the read divider and the sense circuit', () => {
    const current = 4e-6;
    const price = mtjPrice(device, preset, readout, {
      meanAmpere: 0,
      meanSquareAmpere: current ** 2,
    });
    expect(price.presetJoule).toBeCloseTo((320e-6 ** 2 + current ** 2) * 1e3 * 1.25e-9, 22);
    expect(price.writeJoule).toBeCloseTo(current ** 2 * 1e3 * 2e-9, 25);
    expect(price.sampleSecond).toBeCloseTo(1.25e-9 + 2e-9 + 1e-9 + 1e-9, 18);
    const parallel = 12.6e-12 / ((Math.PI / 4) * 40e-9 * 80e-9);
    const antiparallel = 2.2 * parallel;
    const reference = Math.sqrt(parallel * antiparallel);
    const divider =
      0.5 * 0.2 ** 2 * 1e-9 * (1 / (parallel + reference) + 1 / (antiparallel + reference));
    expect(price.readJoule).toBeCloseTo(divider + 1.6e-15, 25);
    expect(price.areaSquareMetre).toBeCloseTo(80e-9 * 240e-9 + 1.5e-12, 20);
  });

  it('adds the reset that a reset-and-pulse protocol takes for granted', () => {
    const bias = 60e-6;
    const price = mtjPrice(device, pulse, readout, {
      meanAmpere: bias,
      meanSquareAmpere: bias ** 2,
    });
    expect(price.presetJoule).toBeCloseTo(150e-6 ** 2 * 1e3 * 2e-9, 22);
    expect(price.writeJoule).toBeCloseTo(bias ** 2 * 1e3 * 2e-9, 22);
    expect(price.sampleSecond).toBeCloseTo(2e-9 + 2e-9 + 2e-9 + 1e-9, 18);
  });

  it('knows what the supply makes of the preset: V_dd / (I R)', () => {
    expect(supplyFactor(device, preset, readout)).toBeCloseTo(0.9 / 0.32, 12);
  });
});
