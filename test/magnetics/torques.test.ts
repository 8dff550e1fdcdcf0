import { describe, expect, it } from 'vitest';
import {
  channelCurrentDensity,
  driveSegment,
  heavyMetalFraction,
  macrospinOf,
  oerstedField,
  parseDevice,
  spinOrbitField,
  spinTransferField,
  voltageAnisotropy,
  type Mtj,
} from '../../src/magnetics/index.js';
import { principalFrame, voltageAxis } from '../../src/magnetics/principal-frame.js';
import {
  apply,
  applyTransposed,
  axisTensor,
  dot,
  unit,
  type Matrix3,
  type Vector3,
} from '../../src/numerics/vector3.js';

const [HBAR, E, MU0] = [1.054571817e-34, 1.602176634e-19, 1.25663706127e-6];

/** A cuboid of round numbers: Ms 1 MA/m, 100 x 50 x 1 nm, channel 60 x 3 nm. */
const device = (extra = ''): Mtj =>
  parseDevice(
    `name: round
description: round numbers
sources: {}
mtj:
  shape: cuboid
  length: 100 nm
  width: 50 nm
  thickness: 1 nm
  saturationMagnetisation: 1e6 A/m
  interfaceAnisotropy: 1e-3 J/m^2
  demagnetisation: [0.01, 0.02, 0.97]
  alpha: 0.02
  thetaDampingLike: 0.2
  fieldLikeRatio: 0.5
  spinTransferEfficiency: 0.6
  tunnelMagnetoresistance: 1
  resistanceArea: 10 ohm um^2
  barrierThickness: 1.4 nm
  vcma: 60 fJ/(V m)
  channel: { length: 100 nm, width: 60 nm, thickness: 3 nm, resistivity: 200 uohm cm }
  temperature: 300 K
${extra}`,
    'round.yaml',
  ).mtj;

describe('torques in closed form', () => {
  it('spin-orbit: hbar theta J/(2 e Ms t), along the polarisation, field-like in its ratio', () => {
    const mtj = device();
    const density = 1e-4 / (60e-9 * 3e-9);
    const expected = (HBAR * 0.2 * density) / (2 * E * 1e6 * 1e-9);
    expect(channelCurrentDensity(mtj, 1e-4) / density).toBeCloseTo(1, 14);
    expect(spinOrbitField(mtj, 1e-4) / expected).toBeCloseTo(1, 12);
    const { dampingLike, field } = driveSegment(mtj, 1e-9, { channelCurrent: 1e-4 });
    expect(dampingLike?.map((v) => v / expected)).toEqual([0, expect.closeTo(1, 12), 0]);
    expect(field?.map((v) => v / expected)).toEqual([0, expect.closeTo(0.5, 12), 0]);
  });

  it('the preset channel pulls along its own polarisation', () => {
    const { dampingLike } = driveSegment(device(), 1e-9, { presetCurrent: 1e-4 });
    const { presetPolarisation } = device();
    const expected = spinOrbitField(device(), 1e-4);
    presetPolarisation.forEach((p, i) => {
      expect((dampingLike ?? [])[i]).toBeCloseTo(expected * p, 14);
    });
  });

  it('spin transfer: hbar eta I/(2 e Ms t A), towards the reference for a positive current', () => {
    const expected = (HBAR * 0.6 * 2e-5) / (2 * E * 1e6 * 1e-9 * 100e-9 * 50e-9);
    expect(spinTransferField(device(), 2e-5) / expected).toBeCloseTo(1, 12);
    const mtj = device('  referenceDirection: [0, 0, 1]');
    const { dampingLike } = driveSegment(mtj, 1e-9, { junctionCurrent: 2e-5 });
    expect((dampingLike ?? [0, 0, 0])[2] / expected).toBeCloseTo(1, 12);
  });

  it('shunting leaves the metal its share of two parallel sheets', () => {
    const mtj = device('  freeLayerResistivity: 200 uohm cm');
    // Equal resistivities: 3 x 60 of metal beside 1 x 50 of magnet.
    expect(heavyMetalFraction(mtj)).toBeCloseTo(180 / 230, 14);
    expect(heavyMetalFraction(device())).toBe(1);
  });

  it('the Oersted field is that of a wide sheet near it, of a wire far from it', () => {
    const near = { ...device(), channel: { ...device().channel, width: 1e-3 } };
    expect(oerstedField(near, 1) / ((-MU0 * 1) / (2 * 1e-3))).toBeCloseTo(1, 4);
    const far = { ...device(), channel: { ...device().channel, width: 1e-12 } };
    const distance = (3e-9 + 1e-9) / 2;
    expect(oerstedField(far, 1e-6) / ((-MU0 * 1e-6) / (2 * Math.PI * distance))).toBeCloseTo(1, 5);
    const { field } = driveSegment(near, 1e-9, { channelCurrent: 1, oersted: true });
    const plain = driveSegment(near, 1e-9, { channelCurrent: 1 }).field;
    expect((field ?? [0, 0])[1] - (plain ?? [0, 0])[1]).toBeCloseTo(oerstedField(near, 1), 12);
  });

  it('a voltage lowers the anisotropy by 2 xi V/(t_ox Ms t)', () => {
    const expected = (-2 * 60e-15 * 0.8) / (1.4e-9 * 1e6 * 1e-9);
    expect(voltageAnisotropy(device(), 0.8) / expected).toBeCloseTo(1, 12);
    expect(voltageAnisotropy(device(), -0.8)).toBe(-voltageAnisotropy(device(), 0.8));
    const { perpendicularAnisotropy } = driveSegment(device(), 1e-9, { junctionVoltage: 0.8 });
    expect((perpendicularAnisotropy ?? 0) / expected).toBeCloseTo(1, 12);
  });

  it('a ramp ends at the second excitation', () => {
    const ramp = driveSegment(device(), 1e-9, {}, { channelCurrent: 1e-4, junctionVoltage: 0.5 });
    expect(ramp.dampingLike).toEqual([0, 0, 0]);
    expect((ramp.dampingLikeEnd ?? [])[1]).toBe(spinOrbitField(device(), 1e-4));
    expect(ramp.perpendicularAnisotropyEnd).toBe(voltageAnisotropy(device(), 0.5));
  });

  it('the anisotropy tensor is -mu0 Ms N plus 2 Ki/(Ms t) along z', () => {
    const { anisotropy, thermalField } = macrospinOf(device());
    const shape = -MU0 * 1e6;
    expect(anisotropy[0] / (shape * 0.01)).toBeCloseTo(1, 8);
    expect(anisotropy[4] / (shape * 0.02)).toBeCloseTo(1, 8);
    expect(anisotropy[8] / (shape * 0.97 + 2)).toBeCloseTo(1, 8);
    expect(thermalField / ((1.380649e-23 * 300) / (1e6 * 100e-9 * 50e-9 * 1e-9))).toBeCloseTo(
      1,
      12,
    );
  });
});

describe('the principal frame', () => {
  const turned = (values: Vector3, a: Vector3, b: Vector3): Matrix3 => {
    const first = unit(a);
    const second = unit([
      b[0] - dot(b, first) * first[0],
      b[1] - dot(b, first) * first[1],
      b[2] - dot(b, first) * first[2],
    ]);
    const third: Vector3 = [
      first[1] * second[2] - first[2] * second[1],
      first[2] * second[0] - first[0] * second[2],
      first[0] * second[1] - first[1] * second[0],
    ];
    const parts = [axisTensor(values[0], first), axisTensor(values[1], second)];
    const last = axisTensor(values[2], third);
    return last.map((v, i) => v + parts[0][i] + parts[1][i]) as unknown as Matrix3;
  };

  it('diagonalises any symmetric tensor: A = R^T diag R, R orthogonal', () => {
    const tensor = turned([0.3, -0.8, 0.05], [1, 2, -1], [0.3, 0, 2]);
    const { rotation, values, isIdentity } = principalFrame(tensor);
    expect(isIdentity).toBe(false);
    expect([...values].sort((a, b) => a - b)).toEqual(
      [-0.8, 0.05, 0.3].map((v) => expect.closeTo(v, 13) as number),
    );
    for (const v of [
      [1, 0, 0],
      [0.2, -0.7, 0.4],
    ] as const) {
      const image = apply(rotation, v);
      expect(Math.hypot(...image)).toBeCloseTo(Math.hypot(...v), 13);
      const scaled = image.map((c, i) => c * values[i]) as unknown as Vector3;
      apply(tensor, v).forEach((c, i) => {
        expect(applyTransposed(rotation, scaled)[i]).toBeCloseTo(c, 13);
      });
    }
  });

  it('leaves a diagonal tensor alone, and finds z for a voltage or refuses an oblique axis', () => {
    const { isIdentity, rotation } = principalFrame([1, 0, 0, 0, 2, 0, 0, 0, 3]);
    expect(isIdentity).toBe(true);
    expect(voltageAxis(rotation)).toBe(2);
    const inPlane = principalFrame(turned([0.3, -0.8, 0.05], [1, 1, 0], [0, 0, 1]));
    expect(Math.abs(inPlane.rotation[3 * voltageAxis(inPlane.rotation) + 2])).toBeCloseTo(1, 12);
    const oblique = principalFrame(turned([0.3, -0.8, 0.05], [1, 1, 1], [1, 0, 0]));
    expect(() => voltageAxis(oblique.rotation)).toThrow('oblique-voltage-anisotropy');
  });
});
