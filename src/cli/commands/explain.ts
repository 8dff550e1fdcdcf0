import { usageError } from '../../errors/index.js';
import { catalogue, type CatalogueEntry } from '../../experiment/catalogue.js';
import { didYouMean } from '../../units/index.js';
import type { CommandContext } from '../context.js';

/** `spinbar explain [KEY]`: what a key of any file means; a section lists its keys. */
export async function explain(
  { options, print, printJson }: CommandContext,
  key?: string,
  file?: string,
): Promise<void> {
  if (file !== undefined) return explainDevice({ options, print, printJson }, file);
  const entries = await catalogue();
  const found = key === undefined ? entries : entriesOf(key, entries);
  if (options.json) return printJson({ keys: found });
  if (key !== undefined && found.length === 1) return print(page(found[0]));
  print(found.map(line).join('\n'));
}

/** `spinbar explain mtj FILE`: what follows from a device file, before anything is simulated. */
async function explainDevice(
  { options, print, printJson }: Pick<CommandContext, 'options' | 'print' | 'printJson'>,
  file: string,
): Promise<void> {
  const { deviceFigures, parseDevice, regimeOf } = await import('../../magnetics/index.js');
  const { figureRows } = await import('../../experiment/magnet/figure-rows.js');
  const { applyOverrides } = await import('../../experiment/overrides.js');
  const { readText } = await import('../../experiment/node/files.js');
  const { textTable } = await import('../../experiment/text-table.js');
  const device = parseDevice(readText(file, 'the device file'), file, {
    override: (data) => applyOverrides(data, options.set, file).data,
  });
  const figures = deviceFigures(device.mtj);
  if (options.json) return printJson({ device: device.name, figures });
  const regimes = [0.5, 1, 2].map(
    (drive) => `${drive} Ic0: ${regimeOf(figures.well, drive, 2e-9)}`,
  );
  const rows = [...figureRows(figures), ['a pulse of 2 ns', regimes.join('; ')]];
  print(`${device.name}: ${device.description}\n\n${textTable(['figure', 'value'], rows)}`);
}

/** The entry of this path, or all below it; a tail such as `alpha` is enough where it is unique. */
function entriesOf(key: string, entries: readonly CatalogueEntry[]): readonly CatalogueEntry[] {
  const exact = entries.filter(({ path }) => path === key);
  const below = entries.filter(
    ({ path }) => path.startsWith(`${key}.`) || path.startsWith(`${key}[`),
  );
  if (below.length > 0) return [...exact, ...below];
  if (exact.length > 0) return exact;
  const tails = entries.filter(({ path, symbol }) => path.endsWith(`.${key}`) || symbol === key);
  if (tails.length > 0) return tails;
  const guess =
    didYouMean(
      key,
      entries.map(({ path }) => path),
    ) ??
    entries.find(
      ({ path }) =>
        path.split('.').at(-1) ===
        didYouMean(
          key.split('.').at(-1) ?? key,
          entries.map((entry) => entry.path.split('.').at(-1) ?? ''),
        ),
    )?.path;
  throw usageError({
    code: 'cli.unknown-key',
    what: `no key ${JSON.stringify(key)}`,
    why: 'no file of Spinbar has it',
    mend: guess === undefined ? '`spinbar explain` lists all keys' : `did you mean ${guess}?`,
  });
}

const line = ({ path, name, unit, default: fallback }: CatalogueEntry): string =>
  `${path.padEnd(44)} ${name ?? ''}${unit ? ` (${unit})` : ''}${fallback === undefined ? '' : `, default ${fallback}`}`;

function page(entry: CatalogueEntry): string {
  const { path, name, symbol, unit, type, description, range, source, optional, file } = entry;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['name', name],
    ['symbol', symbol],
    ['unit', unit],
    ['meaning', description],
    ['type', type],
    ['range', range],
    ['default', entry.default ?? (optional ? 'may be left out' : 'none: required')],
    ['source', source],
    ['where', file],
  ];
  const known = rows.filter(([, value]) => value !== undefined && value !== '');
  return [path, ...known.map(([label, value]) => `  ${label.padEnd(9)} ${value}`)].join('\n');
}
