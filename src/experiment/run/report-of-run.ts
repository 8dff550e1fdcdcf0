import {
  accuracyFigure,
  confusionFigure,
  type ReportDocument,
  type ReportFact,
  type ReportSection,
  type ReportTable,
} from '../../report/index.js';
import { formatQuantity } from '../../units/index.js';
import { VERSION } from '../node/version.js';
import { layerSection } from '../score/report-of-layers.js';
import { costSection } from '../cost/pareto-of-rows.js';
import { arraySection, curveSection, handOverSection, wireSection } from './report-of-hardware.js';
import { assumptionSection, configurationSection, reproduceSection } from './report-of-inputs.js';
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
