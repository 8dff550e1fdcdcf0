import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  axialEigenvalue,
  deviceFigures,
  deviceRates,
  escapeRates,
  langerRate,
  leeThreshold,
  parseDevice,
  probabilityTowards,
  regimeOf,
  solveFokkerPlanck,
  spinOrbitField,
  thermalSwitching,
  wellOf,
  writeErrorRate,
  type Macrospin,
  type Mtj,
} from '../../src/magnetics/index.js';
import { GAMMA, uniaxial } from './reference-spins.js';

const device = (name: string): Mtj =>
  parseDevice(readFileSync(`devices/${name}.yaml`, 'utf8'), name).mtj;

/** Device W of the ladder: Ms 1e6 A/m, 1 nm, D 40 nm, 300 K, Bk 0.3 T by bulk anisotropy without demagnetisation. */
const W: Mtj = {
  ...device('uta-sot'),
  ...{ saturationMagnetisation: 1e6, thickness: 1e-9, length: 40e-9, width: 40e-9 },
  ...{ interfaceAnisotropy: 0, bulkAnisotropy: 0.15e6, demagnetisation: [1 / 3, 1 / 3, 1 / 3] },
  ...{ alpha: 0.02, spinTransferEfficiency: 0.6, thetaDampingLike: 0.3 },
};

describe('derived figures', () => {
  it('V4: device W has Delta 45.51, Jc0 3.0385e10 A/m2, Ic0 38.18 uA', () => {
    const { well, spinTransferCurrent = NaN, area } = deviceFigures(W);
    expect(well.delta).toBeCloseTo(45.51, 2);
    expect(well.stiffness[0]).toBeCloseTo(0.3, 10);
    expect(spinTransferCurrent * 1e6).toBeCloseTo(38.18, 2);
    expect(spinTransferCurrent / area / 1e10).toBeCloseTo(3.0385, 4);
  });

  it('V5: the closed spin-orbit threshold of Lee et al., 1.308e12 A/m2 at h = 0.1', () => {
    for (const [h, reduced] of [
      [0, 0.5],
      [0.05, 0.464963],
      [0.1, 0.430585],
      [0.2, 0.36396],
      [0.3, 0.300458],
    ])
      expect(leeThreshold(h)).toBeCloseTo(reduced, 6);
    const figures = deviceFigures({ ...W, externalField: [-0.03, 0, 0] });
    const { ampere = NaN, kind } = figures.spinOrbitCurrent ?? {};
    expect(ampere / (W.channel.width * W.channel.thickness) / 1e12).toBeCloseTo(1.308, 3);
    expect(kind).toContain('type z');
  });

  it('give an in-plane type-y device the mean of both stiffnesses', () => {
    const mtj = device('sot-mtj-in-plane');
    const { well, spinOrbitCurrent, precessionFrequency } = deviceFigures(mtj);
    const [soft, stiff] = well.stiffness;
    const field = spinOrbitField(mtj, spinOrbitCurrent?.ampere ?? NaN);
    expect(field / ((mtj.alpha * (soft + stiff)) / 2)).toBeCloseTo(1, 12);
    // Kittel: sqrt of both stiffnesses.
    const kittel = (GAMMA / (2 * Math.PI)) * Math.sqrt(soft * stiff);
    expect(precessionFrequency / kittel).toBeCloseTo(1, 12);
  });

  it('offer no closed form where there is none', () => {
    const figures = deviceFigures({ ...W, fieldLikeRatio: 0.5 });
    expect(figures.spinOrbitCurrent).toBeUndefined();
  });
});

describe('escape rates', () => {
  it('V12: exact over the collinear asymptote at Delta 60', () => {
    const well = wellOf(uniaxial(0.02, 0.3, 60));
    for (const [i, ratio] of [
      [0.25, 0.973],
      [0.5, 0.937],
      [0.7, 0.81],
    ]) {
      const { rate, asymptoticRate, outside } = thermalSwitching(well, i, 1e-6);
      expect(Math.abs(rate / asymptoticRate - ratio)).toBeLessThan(2e-3);
      expect(outside).toBeUndefined();
    }
    expect(thermalSwitching(well, 0.95, 1e-6).outside).toContain('dynamic');
  });

  it('agrees with the exact error rate of a long pulse in its domain', () => {
    const well = wellOf(uniaxial(0.02, 0.3, 20));
    const tau = 400;
    const { probability, outside } = thermalSwitching(well, 0.4, tau / well.attemptRate);
    expect(outside).toBeUndefined();
    expect(
      Math.abs(probability / (1 - writeErrorRate(20, [{ bias: -0.4, tau }])) - 1),
    ).toBeLessThan(0.02);
  });

  it('of a uniaxial magnet are the exact one first, in 1/s', () => {
    const well = wellOf(uniaxial(0.1, 0.15, 15));
    const [exact, brown] = escapeRates(well);
    const tauN = 1.01 / (2 * 0.1 * GAMMA * (0.15 / 30));
    expect((exact.perSecond * tauN) / axialEigenvalue(15)).toBeCloseTo(1, 10);
    expect(exact.perSecond / brown.perSecond).toBeCloseTo(0.9292, 3);
  });

  it('of a biaxial magnet follow Langer within the correction of a finite barrier', () => {
    // Delta 9, damping 0.3: the decay of P from one well, by the Fokker-Planck equation.
    const spin: Macrospin = {
      gyromagneticRatio: GAMMA,
      damping: 0.3,
      anisotropy: [0, 0, 0, 0, 0.06, 0, 0, 0, -0.1],
      field: [0, 0, 0],
      thermalField: 0.06 / 18,
    };
    const { reads } = solveFokkerPlanck({
      ...{ spin, start: { kind: 'equilibrium', well: [0, 1, 0] } as const },
      drive: [{ durationSeconds: 3e-9 }, { durationSeconds: 6e-9 }],
      ...{ readAfter: [0, 1], tolerance: 1e-6 },
    });
    const [early, late] = reads.map((density) => 2 * probabilityTowards(density, [0, 1, 0]) - 1);
    const decay = Math.log(early / late) / 6e-9;
    const ratio = decay / langerRate(wellOf(spin));
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.05);
  });
});

describe('rates of a device', () => {
  it('come with regimes, and with error rates where the magnet is axially symmetric', () => {
    const rates = deviceRates(device('uta-sot'), { pulses: [2e-9], drives: [0.3, 3] });
    expect(rates.driven[0].regimes).toEqual(['thermal activation']);
    expect(rates.driven[1].regimes).toEqual(['dynamic reversal']);
    expect(rates.driven[1].writeErrors?.[0]).toBeGreaterThan(0.5);
    const inPlane = deviceRates(device('sot-mtj-in-plane'), { pulses: [2e-9], drives: [3] });
    expect(inPlane.driven[0].writeErrors).toBeUndefined();
    expect(inPlane.notes.join(' ')).toContain('Not uniaxial');
    expect(inPlane.driven[0].thermal[0].outside).toBe('the magnet is not uniaxial');
  });

  it('call a pulse shorter than half a turn precessional', () => {
    const well = wellOf(uniaxial(0.02, 0.3, 40));
    expect(regimeOf(well, 8, 0.4 * (Math.PI / (GAMMA * 0.3)))).toBe('precessional');
  });
});
