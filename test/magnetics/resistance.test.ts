import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  atTemperature,
  junctionResistance,
  junctionState,
  macrospinOf,
  parallelResistance,
  parseDevice,
  tunnelMagnetoresistance,
  type Mtj,
} from '../../src/magnetics/index.js';

const { mtj: base } = parseDevice(readFileSync('devices/uta-sot.yaml', 'utf8'), 'uta-sot.yaml');
/** P 0.6 and Vh 0.5 V, as rung V19 has them. */
const ladder: Mtj = {
  ...base,
  tunnelMagnetoresistance: undefined,
  tunnelPolarisation: 0.6,
  tmrHalfBias: 0.5,
};
const LAWS = {
  reference: 300,
  curie: 1100,
  magnetisationExponent: 1.5,
  anisotropyExponent: 2.2,
  polarisationLoss: 0.1,
};

describe('junction resistance', () => {
  it('V19: TMR of Julliere, conductance linear in the cosine, roll-off with bias', () => {
    const parallel = parallelResistance(ladder);
    expect(tunnelMagnetoresistance(ladder)).toBeCloseTo(1.125, 12);
    expect(junctionResistance(ladder, 1) / parallel).toBeCloseTo(1, 12);
    expect(junctionResistance(ladder, -1) / parallel).toBeCloseTo(2.125, 12);
    expect(junctionResistance(ladder, 0) / parallel).toBeCloseTo(1.36, 12);
    for (const [volts, tmr] of [
      [0.1, 1.0817],
      [0.3, 0.8272],
      [0.5, 0.5625],
    ])
      expect(tunnelMagnetoresistance(ladder, volts)).toBeCloseTo(tmr, 4);
    expect(junctionResistance(ladder, -1, 0.5) / parallel).toBeCloseTo(1.5625, 12);
  });

  it('gives R_P of the device set: RA over area is 5 kohm', () => {
    expect(parallelResistance(base)).toBeCloseTo(5000, -1);
  });

  it('has the derivatives a circuit needs', () => {
    const h = 1e-5;
    for (const [c, v] of [
      [0.3, 0.2],
      [-1, 0.6],
      [0.9, -0.4],
      [-0.5, 0],
    ]) {
      const state = junctionState(ladder, c, v);
      const at = (cosine: number, volts: number): number =>
        junctionState(ladder, cosine, volts).currentAmpere;
      const slope = (at(c, v + h) - at(c, v - h)) / (2 * h);
      expect(Math.abs(state.slopeSiemens / slope - 1)).toBeLessThan(1e-8);
      const byCosine = (at(c + h, v) - at(c - h, v)) / (2 * h);
      expect(Math.abs(state.currentPerCosine - byCosine)).toBeLessThan(1e-13);
    }
  });
});

describe('temperature laws', () => {
  const device: Mtj = { ...base, temperatureLaws: LAWS };

  it('leave the device as it is at the reference', () => {
    const same = atTemperature(device, 300);
    expect(same.saturationMagnetisation).toBeCloseTo(base.saturationMagnetisation, 6);
    expect(tunnelMagnetoresistance(device)).toBeCloseTo(1.2, 12);
    expect(macrospinOf(device).anisotropy).toEqual(macrospinOf(base).anisotropy);
  });

  it('follow Bloch, Callen and Shang when hot', () => {
    const hot = atTemperature(device, 400);
    const ratio = (1 - (400 / 1100) ** 1.5) / (1 - (300 / 1100) ** 1.5);
    expect(hot.saturationMagnetisation / base.saturationMagnetisation).toBeCloseTo(ratio, 12);
    expect(hot.interfaceAnisotropy / base.interfaceAnisotropy).toBeCloseTo(ratio ** 2.2, 12);
    const square = (tmr: number): number => tmr / (2 + tmr);
    const polarisation = (1 - 0.1 * (4 / 3) ** 1.5) / 0.9;
    expect(square(tunnelMagnetoresistance(hot)) / square(1.2)).toBeCloseTo(polarisation ** 2, 12);
    // Used up: a second call changes the temperature only.
    expect(atTemperature(hot, 300).saturationMagnetisation).toBe(hot.saturationMagnetisation);
  });
});
