import { dirname, isAbsolute, join } from 'node:path';
import {
  calibrateSurface,
  parseProtocol,
  parseSurfacePlan,
  probability,
  curveFigures,
  type SwitchingSurface,
} from '../../calibration/index.js';
import { parseDevice } from '../../magnetics/index.js';
import { csv, renderReport } from '../../report/index.js';
import { formatQuantity } from '../../units/index.js';
import { readText } from '../node/files.js';
import { openOutputFolder } from '../node/output-folder.js';
import { plotlySource } from '../node/plotly-source.js';
import { VERSION } from '../node/version.js';
import { applyOverrides } from '../overrides.js';
import type { RunOptions } from '../run/run-options.js';
import { textTable } from '../text-table.js';
import { reportOfSurface } from './report-of-surface.js';

/** Calibrates the surface of a plan: `surface.json`, its figures as CSV, and the report, in the output folder. */
export async function surfaceFile(
  file: string,
  options: RunOptions,
): Promise<{ readonly surface: SwitchingSurface; readonly text: string }> {
  const text = readText(file, 'the surface plan');
  const plan = parseSurfacePlan(text, file, {
    override: (data) => applyOverrides(data, options.overrides, file).data,
  });
  const beside = (path: string): string => (isAbsolute(path) ? path : join(dirname(file), path));
  const deviceText = readText(beside(plan.device), 'the device file');
  const protocolText = readText(beside(plan.protocol), 'the protocol file');
  const protocol = parseProtocol(protocolText, beside(plan.protocol));
  const corners = Object.entries(plan.corners).map(([name, changes]) => ({
    name,
    device: parseDevice(deviceText, beside(plan.device), {
      override: (data) =>
        applyOverrides(
          data,
          Object.entries(changes).map(([key, value]) => ({
            ...{ path: key.split('.'), value, text: `corners.${name}.${key}` },
          })),
          file,
        ).data,
    }),
  }));
  const { seed, force } = options;
  const inputs = { plan, 'device file': deviceText, 'protocol file': protocolText, seed };
  const folder = openOutputFolder(options.out, { inputs, force });
  const nodes = corners.length * plan.widths.length * plan.temperatures.length;
  const task = options.progress.start('calibrating', nodes, 'curves');
  const surface = await calibrateSurface(
    protocol,
    { name: plan.name, widths: plan.widths, temperatures: plan.temperatures, corners },
    {
      executor: options.executor,
      signal: options.signal,
      method: plan.method,
      precision: { halfWidth: plan.halfWidth, points: plan.points },
      version: VERSION,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      onNode: (done) => task.update(done),
    },
  );
  task.finish(`${nodes} curves`);
  folder.write('surface.json', `${JSON.stringify(surface)}\n`);
  folder.write('surface.csv', tableOf(surface));
  folder.write('report.html', renderReport(reportOfSurface(surface), plotlySource()));
  folder.finish({
    format: 'spinbar.surface',
    command: `spinbar surface ${file}`,
    overrides: options.overrides.map((one) => one.text),
    configuration: plan,
  });
  return { surface, text: textOf(surface) };
}

/** Every node: corner, temperature (K), width (s), current (A), P, error interval. */
const tableOf = (surface: SwitchingSurface): string =>
  csv(
    ['corner', 'temperature_K', 'width_s', 'current_A', 'P_sw', 'P_fit', 'low', 'high'],
    nodesOf(surface).flatMap(({ corner, temperature, width, curve }) =>
      curve.points.map((point) => [
        ...[corner, temperature, width, point.currentAmpere, point.probability],
        ...[probability(curve, point.currentAmpere), ...point.interval],
      ]),
    ),
  );

/** The nodes of a surface with their places. */
export const nodesOf = ({ corners, temperaturesKelvin, widthsSeconds, curves }: SwitchingSurface) =>
  curves.map((curve, k) => ({
    curve,
    width: widthsSeconds[k % widthsSeconds.length],
    temperature:
      temperaturesKelvin[Math.floor(k / widthsSeconds.length) % temperaturesKelvin.length],
    corner: corners[Math.floor(k / (widthsSeconds.length * temperaturesKelvin.length))],
  }));

function textOf(surface: SwitchingSurface): string {
  const rows = nodesOf(surface).map(({ corner, temperature, width, curve }) => {
    const { i50Ampere, slopePerAmpere } = curveFigures(curve.fit);
    return [
      ...[corner, `${temperature} K`, formatQuantity(width, 's'), formatQuantity(i50Ampere, 'A')],
      formatQuantity(1 / (Math.sqrt(2 * Math.PI) * slopePerAmpere), 'A'),
      ...[curve.fit.model, curve.method],
    ];
  });
  return textTable(['corner', 'T', 'width', 'I50', 'sigma', 'model', 'method'], rows);
}
