import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spinbar } from '../support/command-line.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spinbar-magnet-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DEVICE = 'devices/uta-sot.yaml';
const PROTOCOL = ['--protocol', 'devices/protocols/reset-and-pulse-junction.yaml'];

describe('spinbar trajectory', () => {
  it('writes m(t), energy and resistance of a cold magnet that spin transfer switches', async () => {
    const out = join(folder, 'cold');
    const { exitCode, stdout, stderr } = await spinbar([
      ...['trajectory', DEVICE, ...PROTOCOL, '--current', '400 uA'],
      ...['--cold', '--tilt', '5 deg', '--json', '--out', out],
    ]);
    expect(exitCode, stderr).toBe(0);
    const summary = JSON.parse(stdout) as { method: string; switched: boolean; end: number[] };
    expect(summary).toMatchObject({ method: 'adaptive', switched: true });
    const rows = readFileSync(join(out, 'trajectory.csv'), 'utf8').trim().split('\n');
    expect(rows[0]).toBe('time_s,m_x,m_y,m_z,energy_J,resistance_ohm');
    const [first, last] = [rows[1], rows[rows.length - 1]].map((row) => row.split(',').map(Number));
    // Antiparallel at first, parallel at last: R_AP 11 kohm, R_P 5 kohm.
    expect(first[5]).toBeGreaterThan(10.9e3);
    expect(last[5]).toBeLessThan(5.1e3);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('On the sphere');
  });

  it('refuses an adaptive method with noise, and a current that is none', async () => {
    const base = ['trajectory', DEVICE, ...PROTOCOL, '--out', join(folder, 'no')];
    const noisy = await spinbar([...base, '--method', 'adaptive']);
    expect(noisy.exitCode).toBe(3);
    expect(noisy.stderr).toContain('magnetics.adaptive-with-noise');
    const volts = await spinbar([...base, '--current', '5 mV']);
    expect(volts.exitCode).toBe(2);
    expect(volts.stderr).toContain('invalid --current: 5 mV');
  });
});

describe('spinbar rates', () => {
  it('prints retention, error rates and regimes, and refuses 0 K', async () => {
    const { exitCode, stdout } = await spinbar(['rates', DEVICE, '--pulses', '5 ns']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/exact-axial +3\.50\d+e\+0/);
    expect(stdout).toContain('dynamic reversal');
    const cold = await spinbar(['rates', DEVICE, '--set', 'mtj.temperature=0 K']);
    expect(cold.exitCode).toBe(3);
    expect(cold.stderr).toContain('rates.no-temperature');
  });
});

describe('spinbar switching', () => {
  it('solves a table of variants and writes it with the answers', async () => {
    const table = join(folder, 'rows.csv');
    writeFileSync(table, 'magnet.delta,segments.0.drive,P_ref\n20,1.5,0.1\n40,1.5,0.92456405\n');
    const out = join(folder, 'switching');
    const { exitCode, stdout, stderr } = await spinbar([
      ...['switching', 'devices/problems/axial-spin-transfer.yaml', '--table', table],
      ...['--tolerance', '1e-6', '--out', out, '--json'],
    ]);
    expect(exitCode, stderr).toBe(0);
    const { results } = JSON.parse(stdout) as { results: { outcomes: { switched: number }[] }[] };
    expect(results[1].outcomes[0].switched).toBeCloseTo(0.92456405, 7);
    expect(readFileSync(join(out, 'switching.csv'), 'utf8')).toMatch(
      /^magnet\.delta,segments\.0\.drive,P_ref,method,switched_0,.*\n20,1\.5,0\.1,axial,/,
    );
  });

  it('takes a device under a protocol, by splitting, with switching times', async () => {
    const { exitCode, stdout, stderr } = await spinbar([
      ...['switching', DEVICE, ...PROTOCOL, '--current', '200 uA', '--method', 'split'],
      ...['--trials', '64', '--times', '--set', 'protocol.segments.1.duration=0.1 ns'],
    ]);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/95 % interval of stayed: \S+ \.\. \S+/);
    expect(stdout).toMatch(/switching times: \d+ of 64 trials crossed/);
  });

  it('is refused where the method or the table does not suit', async () => {
    const problem = 'devices/problems/spin-orbit-pulse.yaml';
    const axial = await spinbar(['switching', problem, '--method', 'axial']);
    expect(axial.exitCode).toBe(3);
    expect(axial.stderr).toContain('calibration.not-axial');
    const both = await spinbar(['switching', DEVICE, ...PROTOCOL, '--table', 'x.csv']);
    expect(both.exitCode).toBe(3);
  });
});

describe('spinbar calibrate DATA.csv', () => {
  const data = (rows: string): string => {
    const file = join(folder, 'counts.csv');
    writeFileSync(file, `current (uA),trials,switched\n${rows}`);
    return file;
  };

  it('sends measured counts through the same fit', async () => {
    const file = data('-10,1000,23\n-5,1000,159\n0,1000,500\n5,1000,841\n10,1000,977\n');
    const { exitCode, stdout, stderr } = await spinbar([
      ...['calibrate', file, '--temperature', '310 K', '--out', join(folder, 'fit'), '--json'],
    ]);
    expect(exitCode, stderr).toBe(0);
    const { curve } = JSON.parse(stdout) as {
      curve: { method: string; temperatureKelvin: number; fit: { widthAmpere: number } };
    };
    expect(curve).toMatchObject({ method: 'measured', temperatureKelvin: 310 });
    expect(curve.fit.widthAmpere).toBeCloseTo(5e-6, 7);
  });

  it('refuses counts that are none, row by row', async () => {
    const { exitCode, stderr } = await spinbar(['calibrate', data('0,10,11\n1,x,2\n')]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('counts.csv:2');
    expect(stderr).toContain('counts.csv:3');
  });
});

describe('spinbar surface', () => {
  it('calibrates a plan, with corners, and writes surface, table and report', async () => {
    const out = join(folder, 'surface');
    const { exitCode, stdout, stderr } = await spinbar([
      ...['surface', 'devices/surfaces/uta-sot-junction.yaml', '--out', out],
      ...['--set', 'widths=[1 ns, 2 ns]', '--set', 'temperatures=[300 K]', '--set', 'points=7'],
      ...['--set', 'halfWidth=0.03'],
    ]);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/thick +300 K +2 ns/);
    const text = readFileSync(join(out, 'surface.csv'), 'utf8');
    expect(text.split('\n')[0]).toBe('corner,temperature_K,width_s,current_A,P_sw,P_fit,low,high');
    const surface = JSON.parse(readFileSync(join(out, 'surface.json'), 'utf8')) as {
      curves: { device: { hash: string } }[];
    };
    expect(surface.curves).toHaveLength(4);
    expect(surface.curves[0].device.hash).not.toBe(surface.curves[2].device.hash);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('Over current and width');
  });
});

describe('spinbar explain mtj FILE', () => {
  it('prints what follows from a device file', async () => {
    const { exitCode, stdout } = await spinbar(['explain', 'mtj', 'devices/sot-mtj-in-plane.yaml']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Delta +23\.30/);
    expect(stdout).toMatch(/spin-orbit threshold +7\.30\d* uA, collinear/);
    expect(stdout).toMatch(/R_P \(RA over area\) +5\.01\d* kohm/);
  });
});

describe('bad magnets', () => {
  it.each([
    ['mtj.alpha=-0.01', 'mtj.alpha'],
    ['mtj.saturationMagnetisation=0 A/m', 'mtj.saturationMagnetisation'],
    ['mtj.length=0 nm', 'mtj.length'],
    ['protocol.step=100 ps', 'magnetics.step-too-large'],
    ['protocol.segments.1.duration=100 us', 'calibration.relaxation-too-long'],
  ])('--set %s is refused with its place', async (change, place) => {
    const weak = place.startsWith('calibration') ? 'devices/low-barrier-p-bit.yaml' : DEVICE;
    const { exitCode, stderr } = await spinbar([
      ...[
        'calibrate',
        weak,
        ...PROTOCOL,
        '--set',
        change,
        '--out',
        join(folder, 'bad'),
        '--threads',
        '1',
      ],
    ]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(place);
    expect(stderr).toContain('mend:');
  });
});
