import { join } from 'node:path';
import {
  parseMagnetProblem,
  parseProtocol,
  responseOf,
  switchingProblem,
  type SwitchingMethod,
  type SwitchingProblem,
  type SwitchingResult,
} from '../../calibration/index.js';
import { usageError } from '../../errors/index.js';
import { readSwitchingTable } from '../../experiment/magnet/switching-table.js';
import { switchingTimesText } from '../../experiment/magnet/switching-times-text.js';
import { readText, writeFileAtomically } from '../../experiment/node/files.js';
import { applyOverrides, type Override } from '../../experiment/overrides.js';
import { textTable } from '../../experiment/text-table.js';
import { parseDevice } from '../../magnetics/index.js';
import type { Vector3 } from '../../numerics/vector3.js';
import { csv } from '../../report/index.js';
import { quantityOption } from '../quantity-option.js';
import type { CommandContext } from '../context.js';

export interface SwitchingCommandOptions {
  readonly protocol?: string;
  readonly current?: string;
  readonly table?: string;
  readonly method?: SwitchingMethod;
  readonly tolerance?: number;
  readonly trials?: number;
  readonly times?: boolean;
}

/**
 * `spinbar switching FILE`: the switching probability of a magnet problem, one or a table of variants, or of a
 * device under --protocol at --current. Writes `switching.csv` into the folder of --out.
 */
export async function switchingCommand(
  context: CommandContext,
  file: string,
  command: SwitchingCommandOptions,
): Promise<void> {
  const { options, print, printJson, note, progress, executor, signal } = context;
  const text = readText(file, 'the problem');
  const problemOf = (more: readonly Override[]): SwitchingProblem => {
    const override = (data: unknown): unknown =>
      applyOverrides(data, [...options.set, ...more], file).data;
    return switchingProblem(parseMagnetProblem(text, file, { override }));
  };
  const table =
    command.table === undefined
      ? undefined
      : readSwitchingTable(readText(command.table, 'the table'), command.table);
  const problems =
    command.protocol !== undefined
      ? [deviceProblem(context, text, file, command)]
      : table
        ? table.rows.map(({ overrides }) => problemOf(overrides))
        : [problemOf([])];
  const { method, tolerance, trials } = command;
  const settings = {
    ...(method === undefined ? {} : { method }),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(trials === undefined ? {} : { trials }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  };
  const task = progress.start('solving', problems.length, 'problems');
  let done = 0;
  const results = await executor().map<object, SwitchingResult>(
    'calibration.switching',
    problems.map((problem) => ({ problem, options: settings })),
    { signal, onResult: () => task.update((done += 1)) },
  );
  task.finish(`${problems.length} solved`);
  const count = Math.max(...results.map(({ outcomes }) => outcomes.length));
  const columns = [
    ...(table?.columns ?? []),
    'method',
    ...Array.from({ length: count }, (_, k) => [`switched_${k}`, `stayed_${k}`]).flat(),
  ];
  const rows = results.map(({ method: used, outcomes }, i) => [
    ...(table?.rows[i].cells ?? []),
    used,
    ...outcomes.flatMap(({ switched, stayed }) => [switched, stayed]),
  ]);
  if (options.out !== undefined) {
    const target = join(options.out, 'switching.csv');
    writeFileAtomically(target, csv(columns, rows));
    note(`wrote ${target}`);
  }
  const times = command.times ? switchingTimesText(problems[0], settings) : undefined;
  if (options.json) printJson({ results, ...(times ? { times: times.summary } : {}) });
  else
    print(
      [
        textTable(
          columns,
          rows.map((row) => row.map((v) => (typeof v === 'number' ? figure(v) : v))),
        ),
        ...(results.length === 1 ? uncertainty(results[0]) : []),
        ...(times ? [times.text] : []),
      ].join('\n'),
    );
}

/** Twelve digits of what is near 1 or 1/2, a power of ten with as many of what is small. */
const figure = (value: number): string =>
  Math.abs(value) >= 1e-3 || value === 0 ? value.toFixed(12) : value.toExponential(8);

function uncertainty({ method, interval, relativeError }: SwitchingResult): string[] {
  if (relativeError !== undefined)
    return [`relative error of the smaller probability about ${relativeError.toExponential(1)}`];
  if (interval === undefined) return [];
  const of = method === 'split' ? 'stayed' : 'switched';
  return [`95 % interval of ${of}: ${interval.map((v) => v.toPrecision(4)).join(' .. ')}`];
}

function deviceProblem(
  { options }: CommandContext,
  text: string,
  file: string,
  { protocol: protocolFile = '', current, table }: SwitchingCommandOptions,
): SwitchingProblem {
  if (table !== undefined)
    throw usageError({
      code: 'cli.table-of-device',
      what: '--table varies a magnet problem, not a device under a protocol',
      mend: 'leave out --table or --protocol; `spinbar calibrate` gives a curve over currents',
    });
  const own = (room: 'protocol' | 'device', path: string) => (data: unknown) =>
    applyOverrides(
      data,
      options.set
        .filter(({ path: keys }) => (room === 'protocol') === (keys[0] === 'protocol'))
        .map((one) => (room === 'protocol' ? { ...one, path: one.path.slice(1) } : one)),
      path,
    ).data;
  const device = parseDevice(text, file, { override: own('device', file) });
  const protocol = parseProtocol(readText(protocolFile, 'the protocol file'), protocolFile, {
    override: own('protocol', protocolFile),
  });
  const { spin, start, towards, driveAt } = responseOf(device, protocol);
  const drive = driveAt(quantityOption('--current', current ?? '0 A', 'current'));
  return { spin, drive, towards, well: (start as { readonly well: Vector3 }).well };
}
