import { invalidInput } from '../../errors/index.js';
import { applyOverrides } from '../../experiment/overrides.js';
import { figureRows } from '../../experiment/magnet/figure-rows.js';
import { readText, writeFileAtomically } from '../../experiment/node/files.js';
import { textTable } from '../../experiment/text-table.js';
import { deviceRates, parseDevice, type DeviceRates } from '../../magnetics/index.js';
import { formatQuantity } from '../../units/index.js';
import { quantityOption } from '../quantity-option.js';
import type { CommandContext } from '../context.js';

export interface RatesCommandOptions {
  readonly pulses?: string;
}

/** `spinbar rates DEVICE`: retention, thermally activated switching, write errors to 1e-15, regimes. */
export async function ratesCommand(
  { options, print, printJson, note }: CommandContext,
  file: string,
  { pulses: listed }: RatesCommandOptions,
): Promise<void> {
  const { mtj } = parseDevice(readText(file, 'the device file'), file, {
    override: (data) => applyOverrides(data, options.set, file).data,
  });
  if (mtj.temperature === 0)
    throw invalidInput({
      code: 'rates.no-temperature',
      what: 'rates want a temperature above 0 K',
      where: { file, keyPath: 'mtj.temperature' },
      why: 'without thermal fluctuations nothing happens below the threshold',
      mend: 'set mtj.temperature, for example --set "mtj.temperature=300 K"',
    });
  const pulses = listed?.split(',').map((text) => quantityOption('--pulses', text.trim(), 'time'));
  const rates = deviceRates(mtj, pulses ? { pulses } : {});
  if (options.out !== undefined) {
    const target = `${options.out}/rates.json`;
    writeFileAtomically(target, `${JSON.stringify(rates, null, 2)}\n`);
    note(`wrote ${target}`);
  }
  if (options.json) printJson(rates);
  else print(ratesText(rates));
  await Promise.resolve();
}

function ratesText({ figures, retention, pulses, driven, notes }: DeviceRates): string {
  const times = pulses.map((pulse) => formatQuantity(pulse, 's'));
  const label = ({ drive, junctionCurrent }: DeviceRates['driven'][number]): string[] => [
    drive.toFixed(2),
    junctionCurrent === undefined ? '-' : formatQuantity(junctionCurrent, 'A', 3),
  ];
  const header = ['i = I/Ic0', 'junction', ...times];
  const sections = [
    textTable(['figure', 'value'], figureRows(figures)),
    textTable(
      ['retention', 'rate (1/s)', 'mean time', 'domain'],
      retention.map(({ formula, perSecond, domain }) => [
        formula,
        perSecond.toExponential(4),
        // lambda_1 sums both wells: one well's mean time is 2/lambda_1.
        formatQuantity(2 / perSecond, 's'),
        domain,
      ]),
    ),
    'Thermally activated P_sw = 1 - exp(-rate t); blank outside its domain (i < 0.9, reduced barrier above 3 kT, ten attempt times)',
    textTable(
      header,
      driven
        .filter(({ thermal }) => thermal.some(({ outside }) => outside === undefined))
        .map((row) => [
          ...label(row),
          ...row.thermal.map(({ probability, outside }) =>
            outside === undefined ? probability.toExponential(3) : '',
          ),
        ]),
    ),
    ...(driven.some(({ writeErrors }) => writeErrors)
      ? [
          'Write error rate after the pulse and ten relaxation times (exact, axially symmetric)',
          textTable(
            header,
            driven.map((row) => [
              ...label(row),
              ...(row.writeErrors ?? []).map((p) => (p < 1e-18 ? '< 1e-18' : p.toExponential(3))),
            ]),
          ),
        ]
      : []),
    'Regime',
    textTable(
      header,
      driven.map((row) => [...label(row), ...row.regimes]),
    ),
    ...notes,
  ];
  return sections.join('\n\n');
}
