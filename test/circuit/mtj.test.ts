import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulate, vectorOf, type AnalysisResult } from '../../src/circuit/index.js';
import { newMagnet } from '../../src/circuit/elements/mtj/magnet.js';
import { SpinbarError } from '../../src/errors/index.js';
import {
  channelResistance,
  driveSegment,
  junctionState,
  macrospinOf,
  parseDevice,
  solveTrajectory,
} from '../../src/magnetics/index.js';
import { elaborate, parseNetlist } from '../../src/netlist/index.js';
import { dot, unit, type Vector3 } from '../../src/numerics/vector3.js';

const root = resolve(import.meta.dirname, '../..');
const file = 'devices/sot-mtj-in-plane.yaml';
const { mtj } = parseDevice(readFileSync(resolve(root, file), 'utf8'), file);
const half = channelResistance(mtj) / 2;
const START: Vector3 = unit([0.087, -0.996, 0]);

function run(body: string, card = ''): readonly AnalysisResult[] {
  const text = `magnet\n.model sot mtj file="${file}" ${card}\n${body}\n.end\n`;
  const netlist = parseNetlist(text, {
    file: 'test.cir',
    resolve: (path) => readFileSync(resolve(root, path), 'utf8'),
  });
  return simulate(elaborate(netlist)).analyses;
}

/** 100 uA through the strip, 100 nA down the junction. */
const PULSE = `ich 0 in pwl(0 0 0.2n 0 0.25n 100u 2.25n 100u 2.3n 0)
iread 0 top 100n
vout out 0 0
y1 top in out sot mx=0.087 my=-0.996
`;

/** cos(theta) at each point from the junction's voltage and current, the inverse of its conductance law. */
function cosines(result: AnalysisResult): number[] {
  const [top, out, read] = ['v(top)', 'i(vout)', 'i(y1)'].map((name) => vectorOf(result, name)!);
  return Array.from(top, (v, k) => {
    const across = v - half * out[k];
    const [low, high] = [-1, 1].map((c) => junctionState(mtj, c, across).currentAmpere);
    return (2 * (read[k] - low)) / (high - low) - 1;
  });
}

describe('a magnetic tunnel junction in a circuit', () => {
  it('turns as magnetics has it for the same currents', () => {
    const [result] = run(`${PULSE}.tran 5p 4n`);
    const junctionCurrent = -100e-9;
    const at = (channelCurrent: number) => ({
      channelCurrent,
      junctionCurrent,
    });
    const spin = { ...macrospinOf(mtj), thermalField: 0 };
    const reference = solveTrajectory({
      spin,
      drive: [
        driveSegment(mtj, 0.2e-9, at(0)),
        driveSegment(mtj, 0.05e-9, at(0), at(100e-6)),
        driveSegment(mtj, 2e-9, at(100e-6)),
        driveSegment(mtj, 0.05e-9, at(100e-6), at(0)),
        driveSegment(mtj, 1.7e-9, at(0)),
      ],
      start: START,
      samples: 4000,
    });
    const ours = cosines(result);
    const times = result.sweep!.values;
    expect(ours[0]).toBeCloseTo(dot(START, mtj.referenceDirection), 9);
    expect(ours[times.length - 1]).toBeGreaterThan(0.9); // switched
    let k = 0;
    let worst = 0;
    times.forEach((t, n) => {
      while (k < reference.times.length - 2 && reference.times[k + 1] < t) k += 1;
      const share = (t - reference.times[k]) / (reference.times[k + 1] - reference.times[k]);
      const [a, b] = [reference.m[3 * k + 1], reference.m[3 * k + 4]];
      worst = Math.max(worst, Math.abs(ours[n] - a - share * (b - a)));
    });
    expect(worst).toBeLessThan(5e-3);
  });

  it('gives back every current: what enters at three terminals sums to zero, and the strip has its resistance', () => {
    const [result] = run(`${PULSE}.tran 5p 4n`);
    const [out, read, input] = ['i(vout)', 'i(y1)', 'v(in)'].map((name) => vectorOf(result, name)!);
    const drive = vectorOf(result, 'i(ich)')!;
    out.forEach((current, k) => {
      expect(Math.abs(drive[k] + read[k] - current)).toBeLessThan(1e-12);
      expect(Math.abs(input[k] - half * (drive[k] + current))).toBeLessThan(1e-9);
    });
  });

  it('stands still in an operating point, at the resistance of its state', () => {
    for (const state of [0, 1]) {
      const [result] = run(`v1 top 0 50m\ny1 top 0 sot state=${state} m=2\n.op`);
      const wanted = 2 * junctionState(mtj, 1 - 2 * state, 0.05).currentAmpere;
      expect(vectorOf(result, 'i(y1)')![0] / wanted).toBeCloseTo(1, 10);
    }
  });

  it('switches by spin transfer, in the direction of the current', () => {
    // From the free layer up to the reference: parallel; the other way: antiparallel.
    for (const [volts, start, wanted] of [
      [-0.6, 'mx=0.2 my=-0.98', 1],
      [0.6, 'mx=0.2 my=0.98', -1],
    ] as const) {
      const [result] = run(
        `v1 top 0 pulse(0 ${volts} 0.1n 50p 50p 9n)\ny1 top 0 sot ${start}\n.tran 20p 12n`,
      );
      const last = result.values.shape[0] - 1;
      const resistance = run(`v1 top 0 ${volts}\ny1 top 0 sot state=${wanted > 0 ? 0 : 1}\n.op`)[0];
      const times = result.sweep!.values;
      const current = vectorOf(result, 'i(y1)')!;
      const during = [...times].findLastIndex((t) => t < 9e-9);
      expect(current[during] / vectorOf(resistance, 'i(y1)')![0]).toBeCloseTo(1, 1);
      expect(last).toBeGreaterThan(100);
    }
  });

  it('draws its thermal field from seed and name, whatever steps the circuit takes', () => {
    const noise = { seed: 3, name: 'y1' };
    const [whole, parts, other] = [noise, noise, { ...noise, seed: 4 }].map((one) =>
      newMagnet({ mtj, start: START, noise: one }),
    );
    whole.accept(1e-9, {});
    other.accept(1e-9, {});
    for (const t of [0.13e-9, 0.2e-9, 0.777e-9]) {
      parts.foretell(2 * t, { channelCurrent: 1e-5 }); // a rejected step leaves nothing behind
      parts.accept(t, {});
    }
    parts.accept(1e-9, {});
    const apart = (a: Vector3, b: Vector3) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    expect(apart(whole.direction(), parts.direction())).toBeLessThan(1e-3);
    expect(apart(whole.direction(), other.direction())).toBeGreaterThan(1e-2);
    const body = `${PULSE}.tran 5p 1n`;
    const [first] = run(body, 'thermal=1 seed=5');
    expect(run(body, 'thermal=1 seed=5')[0].values.data).toEqual(first.values.data);
  });

  it('names what is wrong with a card or a device', () => {
    const message = (text: string): string => {
      try {
        simulate(
          elaborate(
            parseNetlist(`t\n${text}\n.op\n.end\n`, {
              resolve: (path) =>
                path === 'x.yaml' ? undefined : readFileSync(resolve(root, path), 'utf8'),
            }),
          ),
        );
      } catch (error) {
        if (error instanceof SpinbarError) return error.message;
        throw error;
      }
      return '';
    };
    const good = `.model sot mtj file="${file}"`;
    expect(message('v1 a 0 1\ny1 a 0 sot\n.model sot mtj thermal=1')).toMatch(/no device file/);
    expect(message('v1 a 0 1\ny1 a 0 sot\n.model sot mtj file="x.yaml"')).toMatch(/x\.yaml/);
    expect(message(`v1 a 0 1\ny1 a 0 0 0 sot\n${good}`)).toMatch(/4 nodes/);
    expect(message(`v1 a 0 1\ny1 a 0 sot state=2\n${good}`)).toMatch(/no direction/);
  });
});
