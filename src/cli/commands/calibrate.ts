import { basename, dirname, join } from 'node:path';
import {
  calibrate,
  formatCurve,
  measuredCurve,
  parseProtocol,
  readMeasuredData,
  type SwitchingCurve,
} from '../../calibration/index.js';
import { usageError } from '../../errors/index.js';
import { applyOverrides } from '../../experiment/overrides.js';
import { readText, writeFileAtomically } from '../../experiment/node/files.js';
import { VERSION } from '../../experiment/node/version.js';
import { pointsCsv } from '../../experiment/run/curve-csv.js';
import { textTable } from '../../experiment/text-table.js';
import { parseDevice } from '../../magnetics/index.js';
import { formatQuantity } from '../../units/index.js';
import { quantityOption } from '../quantity-option.js';
import type { CommandContext } from '../context.js';

export interface CalibrateOptions {
  readonly protocol?: string;
  readonly halfWidth?: number;
  readonly points?: number;
  readonly method?: 'mc' | 'fp' | 'auto';
  readonly nonMonotone?: 'restrict' | 'refuse';
  readonly temperature?: string;
}

/**
 * `spinbar calibrate DEVICE --protocol PROTOCOL`: samples or solves P_sw(I) and fits the switching curve; a file
 * NAME.csv of measured counts goes through the same fit. Writes `curves/NAME.json` beside the file, or into the
 * folder of --out, with the points as CSV.
 */
export async function calibrateCommand(
  context: CommandContext,
  file: string,
  command: CalibrateOptions,
): Promise<void> {
  const { protocol: protocolFile, halfWidth, points, method, nonMonotone } = command;
  const { options, report, progress, executor, signal } = context;
  if (file.endsWith('.csv')) return calibrateMeasured(context, file, command);
  if (protocolFile === undefined) {
    throw usageError({
      code: 'cli.missing-option',
      what: 'missing --protocol FILE',
      why: 'a switching curve belongs to a device and to what is done to it',
      mend: 'for example --protocol devices/protocols/hard-axis-preset.yaml',
    });
  }
  const override = (path: string, room: string) => (data: unknown) => {
    const own = options.set
      .filter(({ path: keys }) => (room === 'protocol') === (keys[0] === 'protocol'))
      .map((one) => (room === 'protocol' ? { ...one, path: one.path.slice(1) } : one));
    const result = applyOverrides(data, own, path);
    for (const change of result.changes) report(change);
    return result.data;
  };
  const device = parseDevice(readText(file, 'the device file'), file, {
    override: override(file, 'device'),
  });
  const protocol = parseProtocol(readText(protocolFile, 'the protocol file'), protocolFile, {
    override: override(protocolFile, 'protocol'),
  });
  let task: ReturnType<typeof progress.start> | undefined;
  const curve = await calibrate(device, protocol, {
    executor: executor(),
    signal,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(method === undefined ? {} : { method }),
    ...(nonMonotone === undefined ? {} : { nonMonotone }),
    precision: {
      ...(halfWidth === undefined ? {} : { halfWidth }),
      ...(points === undefined ? {} : { points }),
    },
    onProgress: ({ stage, trials, plannedTrials }) => {
      task ??= progress.start('calibrating', 100, '%');
      task.update(Math.min(99, Math.floor((100 * trials) / plannedTrials)), stage);
    },
  });
  task?.finish(`${curve.points.length} currents`);
  deliver(context, file, curve);
}

/** Measured counts: checked, fitted, and noted with their warnings. */
function calibrateMeasured(
  context: CommandContext,
  file: string,
  { nonMonotone, temperature = '300 K' }: CalibrateOptions,
): void {
  const data = readMeasuredData(readText(file, 'the measured data'), file);
  for (const warning of data.warnings) context.report(warning);
  const curve = measuredCurve(data, {
    name: basename(file, '.csv'),
    temperatureKelvin: quantityOption('--temperature', temperature, 'temperature'),
    version: VERSION,
    ...(nonMonotone === undefined ? {} : { nonMonotone }),
  });
  deliver(context, file, curve);
}

function deliver(
  { options, print, printJson, note }: CommandContext,
  file: string,
  curve: SwitchingCurve,
): void {
  const target = join(options.out ?? join(dirname(file), 'curves'), `${basename(curve.name)}.json`);
  writeFileAtomically(target, formatCurve(curve));
  if (options.out !== undefined)
    writeFileAtomically(join(options.out, `${basename(curve.name)}.csv`), pointsCsv(curve));
  note(`wrote ${target}`);
  if (options.json) printJson({ curve, file: target });
  else print(curveText(curve));
}

function curveText({
  points,
  fit,
  method,
  alternatives = [],
  notes = [],
  temperatureKelvin,
}: SwitchingCurve): string {
  const rows = points.map(({ currentAmpere, trials, probability, interval }) => [
    formatQuantity(currentAmpere, 'A'),
    trials > 0 ? String(trials) : 'exact',
    probability.toFixed(4),
    `${interval[0].toFixed(4)}-${interval[1].toFixed(4)}`,
  ]);
  const { chiSquare, degreesOfFreedom, pValue } = fit.goodness;
  return [
    textTable(
      [
        'current',
        'trials',
        'P_sw',
        method === 'fokker-planck' ? 'error interval' : '95 % interval',
      ],
      rows,
    ),
    '',
    `${fit.model} at ${temperatureKelvin} K: centre ${formatQuantity(fit.centreAmpere, 'A')}, width ${formatQuantity(fit.widthAmpere, 'A')}`,
    ...(method === 'fokker-planck'
      ? []
      : [
          `goodness of fit: chi-square ${chiSquare.toFixed(1)} with ${degreesOfFreedom} degrees of freedom, p = ${pValue.toPrecision(3)}`,
        ]),
    `largest misfit of the models: ${alternatives.map(({ model, largestResidual }) => `${model} ${largestResidual.toFixed(4)}`).join(', ')}`,
    ...notes,
  ].join('\n');
}
