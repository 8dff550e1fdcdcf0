import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SpinbarError } from '../../src/errors/index.js';
import {
  anisotropyTensor,
  channelResistance,
  macrospinOf,
  parseDevice,
  spinOrbitField,
} from '../../src/magnetics/index.js';

const read = (name: string) => parseDevice(readFileSync(`devices/${name}`, 'utf8'), name);
const files = readdirSync('devices').filter((name) => name.endsWith('.yaml'));

const thermalStability = (name: string): number => {
  const { mtj } = read(name);
  const [xx, , , , yy, , , , zz] = anisotropyTensor(mtj);
  const [, middle, easy] = [xx, yy, zz].sort((a, b) => a - b);
  return (easy - middle) / (2 * macrospinOf(mtj).thermalField);
};

describe('device files', () => {
  it.each(files)('%s names a source for every value it gives', (name) => {
    const text = readFileSync(`devices/${name}`, 'utf8');
    const { sources, mtj } = read(name);
    const given = [...text.split('sources:')[0].matchAll(/^ {2}(\w+): \S/gm)].map(([, key]) => key);
    const channel = Object.keys(mtj.channel).map((key) => `channel.${key}`);
    const keys = [...given.filter((key) => key in mtj), ...channel];
    expect(keys.filter((key) => !sources[key])).toEqual([]);
    expect(Object.keys(sources).filter((key) => !keys.includes(key))).toEqual([]);
  });

  it('have the thermal stability of their sets', () => {
    expect(thermalStability('uta-sot.yaml')).toBeCloseTo(19.9, 1);
    const vgsot = thermalStability('vgsot.yaml');
    expect(vgsot).toBeGreaterThan(24);
    expect(vgsot).toBeLessThan(29);
    expect(Math.abs(thermalStability('beta-w-sot.yaml') - 70)).toBeLessThan(3);
    expect(thermalStability('sot-mtj-in-plane.yaml')).toBeCloseTo(23.3, 0);
    expect(thermalStability('low-barrier-p-bit.yaml')).toBeLessThan(4);
  });

  it('has the measured channel resistance and the textbook spin-orbit field', () => {
    const { mtj } = read('beta-w-sot.yaml');
    expect(channelResistance(mtj)).toBeCloseTo(776, 0);
    // hbar theta J/(2 e Ms t) at J = 1e12 A/m^2.
    const current = 1e12 * 200e-9 * 4.3e-9;
    const expected = (1.054571817e-34 * 0.25 * 1e12) / (2 * 1.602176634e-19 * 0.625e6 * 1.1e-9);
    expect(spinOrbitField(mtj, current) / expected).toBeCloseTo(1, 12);
  });

  it('refuses bad values with key path and mend', () => {
    const text = readFileSync('devices/uta-sot.yaml', 'utf8')
      .replace('alpha: 0.03', 'alpha: -0.03')
      .replace('saturationMagnetisation: 1.2e6 A/m', 'saturationMagnetisation: 0')
      .replace('thickness: 1.1 nm', 'thickness: 1.1 nA');
    try {
      parseDevice(text, 'bad.yaml');
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof SpinbarError)) throw error;
      expect(error.exitCode).toBe(3);
      expect(error.diagnostics.map(({ where }) => where?.keyPath)).toEqual([
        'mtj.thickness',
        'mtj.saturationMagnetisation',
        'mtj.alpha',
      ]);
      expect(error.message).toContain('"1.1 nA" is a current, want a length');
    }
  });
});
