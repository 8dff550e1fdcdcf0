import { curveFunctions } from '../../calibration/index.js';
import { WIRE_ERROR_SHARES } from '../../network/index.js';
import { formatDiagnostic } from '../../errors/index.js';
import {
  accuracyFigure,
  arrayMapFigure,
  confusionFigure,
  switchingCurveFigure,
  type ReportDocument,
  type ReportFact,
  type ReportSection,
  type ReportTable,
} from '../../report/index.js';
import { formatQuantity } from '../../units/index.js';
import { VERSION } from '../node/version.js';
import { layerSection } from '../score/report-of-layers.js';
import { assumptions } from './assumptions.js';
import { costSection } from '../cost/pareto-of-rows.js';
import { converterLabel, summariseSeeds, type SeedSummary } from './results.js';
import type { RunResults } from './run-experiment.js';

const percent = (fraction: number, digits = 2): string => (100 * fraction).toFixed(digits);

/** The report of a run: answers first, then each hand-over from netlist to accuracy. */
export function reportOfRun(results: RunResults): ReportDocument {
  const { experiment, inputHash } = results;
  const summaries = summariseSeeds(results.scored.map(({ row }) => row));
  return {
    title: experiment.name,
    answer: answer(summaries),
    facts: facts(results, summaries),
    sections: [
      accuracySection(results, summaries),
      ...costSection(summaries, results.costs, experiment.architecture.components),
      curveSection(results),
      arraySection(results),
      ...wireSection(results),
      ...(results.layers
        ? [
            layerSection(
              results.layers.layers,
              results.layers.measuredImages,
              results.layers.ablation,
            ),
          ]
        : []),
      handOverSection(results),
      configurationSection(results),
      assumptionSection(results),
      reproduceSection(results),
    ],
    footer: `Spinbar ${VERSION}, seed ${experiment.seed}, inputs ${inputHash.slice(0, 12)}`,
  };
}

function best(summaries: readonly SeedSummary[]): SeedSummary | undefined {
  return summaries.filter(({ converter, wires }) => converter === 'mtj' && !wires).at(-1);
}

function answer(summaries: readonly SeedSummary[]): string {
  const float = summaries.find(({ converter }) => converter === 'float');
  const one = summaries.find(({ converter }) => converter === 'mtj');
  const most = best(summaries);
  if (!float || !one || !most) return 'No stochastic row was scored.';
  return (
    `With every partial sum of its arrays turned into bits by the magnet, the network classifies ` +
    `**${percent(most.mean)} %** of the test images at T = ${most.samples} samples a conversion ` +
    `(${percent(one.mean)} % at T = ${one.samples}); in floating point it reaches ${percent(float.mean)} %. ` +
    `The cost of the magnets is ${percent(float.mean - most.mean)} points.`
  );
}

function facts({ curve, data }: RunResults, summaries: readonly SeedSummary[]): ReportFact[] {
  const most = best(summaries);
  return [
    ...summaries
      .filter((row) => !row.wires)
      .filter((row) => row.converter !== 'mtj' || row === most || row.samples === 1)
      .map((row) => ({
        label: converterLabel(row),
        value: `${percent(row.mean)} %`,
        note: `95 %: ${percent(row.interval[0])}-${percent(row.interval[1])}`,
      })),
    {
      label: 'images',
      value: String(data.labels.length),
      note: 'of the test set, unseen in training',
    },
    {
      label: 'curve width',
      value: formatQuantity(curve.fit.widthAmpere, 'A', 3),
      note: `${curve.fit.model}, ${curve.temperatureKelvin} K`,
    },
  ];
}

function accuracySection(
  { scored, data, experiment }: RunResults,
  summaries: readonly SeedSummary[],
): ReportSection {
  const last = scored.at(-1);
  const classes = data.classNames.length;
  const counts = new Float64Array(classes * classes);
  last?.predictions.forEach((predicted, i) => {
    counts[data.labels[i] * classes + predicted] += 1;
  });
  const seeds = experiment.seeds.length;
  const table: ReportTable = {
    kind: 'table',
    caption: `Accuracy over ${seeds} seeds. Intervals: the widest Wilson bounds of any seed.`,
    columns: [
      'converter',
      'accuracy (%)',
      'sd over seeds (%)',
      '95 % interval (%)',
      'top five (%)',
      '95 % interval (%)',
      'seeds',
      'conversions an image',
      'images/s',
    ],
    rows: summaries.map((row) => [
      converterLabel(row),
      percent(row.mean),
      row.seeds > 1 ? percent(row.spread) : '',
      `${percent(row.interval[0])} to ${percent(row.interval[1])}`,
      percent(row.topFive),
      `${percent(row.topFiveInterval[0])} to ${percent(row.topFiveInterval[1])}`,
      row.seeds,
      row.conversionsPerImage,
      row.imagesPerSecond.toPrecision(3),
    ]),
  };
  return {
    id: 'accuracy',
    title: 'Accuracy',
    blocks: [
      table,
      {
        kind: 'list',
        items: [
          '**float**: the network trained in floating point.',
          '**ideal**: that network with quantised weights and activations on arrays, partial sums exact.',
          "**sign**: the network trained through partial sums, each reduced to its sign by an ideal 1-bit sense amplifier. It was trained to be sampled: without the noise the sign throws the size of every sum away, so this row shows what the magnet's randomness is worth, not what a network trained for sense amplifiers would reach.",
          '**mtj**: the same network, each partial sum drawn T times from the calibrated switching curve.',
        ],
      },
      accuracyFigure(
        scored.map(({ row }) => ({
          ...row,
          converter: row.wires ? `${row.converter} wires` : row.converter,
        })),
      ),
      confusionFigure(
        counts,
        data.classNames,
        last
          ? `Confusion of the last row: ${converterLabel(last.row)}, seed ${last.row.seed}.`
          : 'Confusion.',
      ),
    ],
  };
}

function curveSection({ curve, device, inputs }: RunResults): ReportSection {
  const { goodness, centreAmpere, widthAmpere, model } = curve.fit;
  const file = inputs.find(({ role }) => role === 'device');
  return {
    id: 'switching',
    title: 'The magnet: P_sw(I)',
    blocks: [
      {
        kind: 'text',
        text: `${device.description} Protocol: ${curve.protocol.name}. Calibrated in this run by the stochastic Landau-Lifshitz-Gilbert equation with thermal field (Heun, Stratonovich).`,
      },
      switchingCurveFigure(curve, { evaluate: curveFunctions(curve).probability }),
      {
        kind: 'text',
        text: `Fit: ${model}, centre ${formatQuantity(centreAmpere, 'A')}, width ${formatQuantity(widthAmpere, 'A')}; chi-square ${goodness.chiSquare.toFixed(1)} with ${goodness.degreesOfFreedom} degrees of freedom, p = ${goodness.pValue.toPrecision(3)}.`,
      },
      ...(curve.notes ? [{ kind: 'list' as const, items: curve.notes }] : []),
      {
        kind: 'table',
        caption: `Sources of the device's parameters (${file?.path ?? ''}); O marks an assumption of ours`,
        columns: ['parameter', 'source'],
        rows: Object.entries(device.sources),
        folded: true,
      },
    ],
  };
}

/** What the wires do: accuracy stands in the table above, here the partial sums of each layer. */
function wireSection({ wireErrors, experiment }: RunResults): ReportSection[] {
  if (!experiment.wires) return [];
  return [
    {
      id: 'wires',
      title: 'What the wires do to the partial sums',
      blocks: [
        {
          kind: 'text',
          text: 'Every array was solved once with its wires, drivers and loads; its exact transfer matrix then stands in for its digits in every image. Rows marked “wires” above are scored so. The table compares the partial sums of the same drives with and without wires, in units of one digit.',
        },
        {
          kind: 'table',
          caption: 'Difference of partial sums, with wires minus without.',
          columns: [
            'layer',
            'sums',
            'rms sum',
            'rms difference',
            'mean',
            ...WIRE_ERROR_SHARES.map((share) => `${100 * share} %`),
            'attenuation',
          ],
          rows: wireErrors.map((error) => [
            error.layer,
            error.count,
            error.signal.toPrecision(4),
            error.error.toPrecision(3),
            error.mean.toPrecision(3),
            ...error.quantiles.map((value) => value.toPrecision(3)),
            error.attenuation.toFixed(4),
          ]),
        },
      ],
    },
  ];
}

function arraySection({ tiles, mapping, netlist }: RunResults): ReportSection {
  const { map } = tiles;
  const { onSiemens, offSiemens, readVolt } = mapping.cell;
  return {
    id: 'arrays',
    title: 'The arrays',
    blocks: [
      {
        kind: 'text',
        text:
          `Cells of ${formatQuantity(1 / onSiemens, 'ohm')} and ${formatQuantity(1 / offSiemens, 'ohm')}, read at ${formatQuantity(readVolt, 'V')}, as found in the netlist ` +
          `“${netlist.title}” unless the experiment says otherwise. A differential pair of columns carries gain * V (G_on - G_off) * PS.`,
      },
      {
        kind: 'table',
        caption: 'Layers on arrays',
        columns: ['layer', 'rows', 'outputs', 'slices', 'chunks', 'tiles', 'gain (mirror ratio)'],
        rows: tiles.layers.map(({ layer, rows, columns, slices, chunks, tiles: count }) => [
          layer,
          rows,
          columns,
          slices,
          chunks,
          count,
          (mapping.layers?.[layer]?.gain ?? mapping.gain).toPrecision(4),
        ]),
      },
      arrayMapFigure(
        map.dropVolt.map((volt) => volt * 1e3),
        map.rows,
        map.columns,
        {
          caption: `Voltage lost in the wires at each cell of one tile of layer ${map.layer} (two bit lines for each output), all rows driven. The pair current most affected loses ${percent(map.largestCurrentLoss)} % of the full scale.`,
          quantity: 'voltage drop (mV)',
          digits: 3,
        },
      ),
      {
        kind: 'note',
        level: 'info',
        text: 'The accuracies above are those of arrays with ideal wires: this map shows what wires would take. Gains are a static current-mirror ratio for each layer, which a chip can realise.',
      },
    ],
  };
}

function handOverSection({ netlist, tiles, curve }: RunResults): ReportSection {
  const { statistics } = netlist;
  return {
    id: 'hand-overs',
    title: 'Checks of the hand-overs',
    blocks: [
      {
        kind: 'table',
        caption: 'Each number that passes from room to room was computed in this run',
        columns: ['hand-over', 'check', 'deviation'],
        rows: [
          [
            'netlist → crossbar',
            `${netlist.circuitCurrents.length} column currents: circuit engine (${statistics.unknowns} unknowns, ${statistics.solver}) against T v of the crossbar solver`,
            netlist.largestDeviation.toExponential(1),
          ],
          [
            'weights → arrays',
            `${tiles.currents} solved column currents of all tiles against V (G_on - G_off) PS`,
            tiles.largestDeviation.toExponential(1),
          ],
          [
            'magnet → curve',
            `${curve.points.length} simulated points against the ${curve.fit.model} the network draws from`,
            `p = ${curve.fit.goodness.pValue.toPrecision(3)}`,
          ],
        ],
      },
      {
        kind: 'table',
        caption: 'Column currents of the netlist',
        columns: ['bit line', 'circuit engine (A)', 'crossbar solver (A)'],
        rows: Array.from(netlist.circuitCurrents, (current, j) => [
          netlist.found.senses[j],
          current.toExponential(9),
          netlist.crossbarCurrents[j].toExponential(9),
        ]),
        folded: true,
      },
    ],
  };
}

function configurationSection({ experiment, mapping }: RunResults): ReportSection {
  const { policy } = mapping;
  return {
    id: 'configuration',
    title: 'Effective configuration',
    blocks: [
      {
        kind: 'text',
        text: `First layer: **${policy.first}**; head (last layer): **${policy.last}**.`,
      },
      {
        kind: 'code',
        text: JSON.stringify(experiment, null, 2),
        caption: 'The experiment with every default filled in (SI units)',
      },
    ],
  };
}

function assumptionSection({ warnings, mapping, curve }: RunResults): ReportSection {
  return {
    id: 'assumptions',
    title: 'Assumptions, sources and warnings',
    blocks: [
      { kind: 'list', items: assumptions(mapping, curve) },
      ...(warnings.length === 0
        ? [{ kind: 'note' as const, level: 'info' as const, text: 'No warnings.' }]
        : warnings.map((warning) => ({
            kind: 'note' as const,
            level: 'warning' as const,
            text: formatDiagnostic(warning),
          }))),
    ],
  };
}

function reproduceSection({ command, inputs, experiment }: RunResults): ReportSection {
  return {
    id: 'reproduce',
    title: 'How to reproduce',
    blocks: [
      { kind: 'code', text: command },
      {
        kind: 'text',
        text: `Every random number is keyed by (seed, purpose, index): seed ${experiment.seed} for the calibration, ${experiment.seeds.join(', ')} for the conversions. The same seeds give the same predictions for any number of threads.`,
      },
      {
        kind: 'table',
        caption: 'Input files',
        columns: ['what', 'file', 'SHA-256'],
        rows: inputs.map(({ role, path, sha256 }) => [role, path, sha256.slice(0, 16)]),
      },
    ],
  };
}
