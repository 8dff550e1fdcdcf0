import { checkMemory, parseProtocol, responseOf, type Protocol } from '../../calibration/index.js';
import { csv, renderReport } from '../../report/index.js';
import {
  freeLayerVolume,
  atTemperature,
  junctionResistance,
  parseDevice,
  sampleEquilibrium,
  solveTrajectory,
  type Device,
  type Trajectory,
  type TrajectoryMethod,
} from '../../magnetics/index.js';
import { add, cross, dot, scale, unit, type Vector3 } from '../../numerics/vector3.js';
import { readText } from '../node/files.js';
import { openOutputFolder } from '../node/output-folder.js';
import { plotlySource } from '../node/plotly-source.js';
import { applyOverrides, overrideInputs } from '../overrides.js';
import type { RunOptions } from '../run/run-options.js';
import { reportOfTrajectory } from './report-of-trajectory.js';

export interface TrajectoryOptions extends RunOptions {
  readonly currentAmpere: number;
  readonly method?: TrajectoryMethod;
  /** Without thermal noise. */
  readonly cold: boolean;
  /** Tilt of a cold start from its well (rad). */
  readonly tiltRadian: number;
}

/** What a trajectory was and where it ended; times in s, energy in J, resistance in ohm. */
export interface TrajectorySummary {
  readonly device: string;
  readonly protocol: string;
  readonly currentAmpere: number;
  readonly method: TrajectoryMethod;
  readonly temperatureKelvin: number;
  readonly durationSeconds: number;
  readonly end: Vector3;
  readonly switched: boolean;
  readonly statistics: Trajectory['statistics'];
}

/** One magnet through a protocol at one current: CSV, JSON and report in the output folder. */
export async function trajectoryFile(
  deviceFile: string,
  protocolFile: string,
  options: TrajectoryOptions,
): Promise<{ readonly summary: TrajectorySummary; readonly text: string }> {
  const { overrides, currentAmpere, cold, seed = 1, tiltRadian } = options;
  const own = (room: 'protocol' | 'device', path: string) => (data: unknown) =>
    applyOverrides(
      data,
      overrides
        .filter(({ path: keys }) => (room === 'protocol') === (keys[0] === 'protocol'))
        .map((one) => (room === 'protocol' ? { ...one, path: one.path.slice(1) } : one)),
      path,
    ).data;
  const texts = [
    readText(deviceFile, 'the device file'),
    readText(protocolFile, 'the protocol file'),
  ];
  const device = parseDevice(texts[0], deviceFile, { override: own('device', deviceFile) });
  const protocol = parseProtocol(texts[1], protocolFile, {
    override: own('protocol', protocolFile),
  });
  const response = responseOf(device, protocol);
  const spin = cold ? { ...response.spin, thermalField: 0 } : response.spin;
  if (!cold) checkMemory(spin, protocol, []);
  const { well } = response.start as { readonly well: Vector3 };
  const stream = { trials: 1, firstTrial: 0, seed, currentIndex: 0 };
  const start: Vector3 =
    spin.thermalField > 0
      ? ([...sampleEquilibrium(spin, well, stream)] as unknown as Vector3)
      : tilted(unit(well), tiltRadian);
  const trajectory = solveTrajectory({
    ...{ spin, start, seed, drive: response.driveAt(currentAmpere) },
    ...(options.method === undefined ? {} : { method: options.method }),
  });
  const last = trajectory.times.length - 1;
  const end = [0, 1, 2].map((c) => trajectory.m[3 * last + c]) as unknown as Vector3;
  const summary: TrajectorySummary = {
    device: device.name,
    protocol: protocol.name,
    currentAmpere,
    method: trajectory.method,
    temperatureKelvin: cold ? 0 : (protocol.temperature ?? device.mtj.temperature),
    durationSeconds: trajectory.times[last],
    end,
    switched: dot(end, response.towards) > 0,
    statistics: trajectory.statistics,
  };
  const columns = columnsOf(device, protocol, trajectory);
  const { method, force } = options;
  const inputs = {
    texts,
    ...overrideInputs(overrides),
    currentAmpere,
    method,
    cold,
    tiltRadian,
    seed,
  };
  const folder = openOutputFolder(options.out, { inputs, force });
  folder.write('trajectory.csv', tableOf(columns));
  folder.write('trajectory.json', `${JSON.stringify(summary, null, 2)}\n`);
  folder.write(
    'report.html',
    renderReport(reportOfTrajectory(summary, columns, segmentsOf(protocol)), plotlySource()),
  );
  folder.finish({
    format: 'spinbar.trajectory',
    command: `spinbar trajectory ${deviceFile} --protocol ${protocolFile} --current ${currentAmpere}`,
    overrides: overrides.map(({ text }) => text),
    configuration: { device, protocol },
  });
  await Promise.resolve();
  return { summary, text: textOf(summary) };
}

/** What is drawn and written: times (s), m, energy (J), resistance (ohm). */
export interface TrajectoryColumns {
  readonly times: Float64Array;
  readonly m: Float64Array;
  readonly energyJoule: Float64Array;
  readonly resistanceOhm: Float64Array;
}

function columnsOf(
  device: Device,
  protocol: Protocol,
  { times, m, energy }: Trajectory,
): TrajectoryColumns {
  const mtj = atTemperature(device.mtj, protocol.temperature ?? device.mtj.temperature);
  const moment = mtj.saturationMagnetisation * freeLayerVolume(mtj);
  return {
    times,
    m,
    energyJoule: energy.map((field) => field * moment),
    resistanceOhm: times.map((_, k) =>
      junctionResistance(mtj, dot([m[3 * k], m[3 * k + 1], m[3 * k + 2]], mtj.referenceDirection)),
    ),
  };
}

const segmentsOf = ({
  segments,
}: Protocol): { readonly phase: string; readonly until: number }[] => {
  let until = 0;
  return segments.map(({ phase, duration }) => ({ phase, until: (until += duration) }));
};

const tableOf = ({ times, m, energyJoule, resistanceOhm }: TrajectoryColumns): string =>
  csv(
    ['time_s', 'm_x', 'm_y', 'm_z', 'energy_J', 'resistance_ohm'],
    Array.from(times, (t, k) => [
      t,
      m[3 * k],
      m[3 * k + 1],
      m[3 * k + 2],
      energyJoule[k],
      resistanceOhm[k],
    ]),
  );

function tilted(well: Vector3, angle: number): Vector3 {
  const aside = unit(cross(well, Math.abs(well[0]) < 0.9 ? [1, 0, 0] : [0, 0, 1]));
  return unit(add(scale(Math.cos(angle), well), scale(Math.sin(angle), aside)));
}

function textOf({
  method,
  end,
  switched,
  statistics,
  temperatureKelvin,
  durationSeconds,
}: TrajectorySummary): string {
  const lines = [
    `${method} at ${temperatureKelvin} K, ${(durationSeconds * 1e9).toPrecision(4)} ns: ${statistics.steps} steps, ${statistics.evaluations} evaluations`,
    `ends at m = [${end.map((v) => v.toFixed(5)).join(', ')}]: ${switched ? 'switched' : 'not switched'}`,
    `largest | |m| - 1 | before scaling ${statistics.largestNormError.toExponential(1)}`,
  ];
  if (temperatureKelvin === 0)
    lines.push(
      `largest rise of energy where nothing feeds it ${statistics.largestEnergyRise.toExponential(1)} T`,
    );
  return lines.join('\n');
}
