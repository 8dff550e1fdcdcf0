/**
 * What of the abstract's comparison holds, for each component set: energy, latency, area and energy-delay product
 * of ResNet-20 / CIFAR-10 by magnets against full-precision and sparse low-bit ADCs.
 *
 *   node tools/run.mjs examples/05-stox-claims/claims.ts [OUT [CIFAR10 [ALLOCATION.json [RUN.out]]]]
 *
 * OUT: folder for the report (`-`: none). CIFAR10: data folder; with trained weights in examples/04 the column
 * currents are those of the trained network. ALLOCATION.json: what `spinbar allocate` wrote, with the accuracies
 * of its frontier. RUN.out: folder that `spinbar run` wrote, for more accuracies.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  breakEven,
  costOfDesign,
  headlineOf,
  libraryAssumptions,
  METRICS,
  mtjAssumptions,
  ratios,
  supplyFactor,
  type BreakEven,
  type Headline,
} from '../../src/architecture/index.js';
import { readLibrary, readReadout } from '../../src/experiment/cost/component-files.js';
import { writeReportFolder } from '../../src/experiment/node/report-folder.js';
import { textTable } from '../../src/experiment/text-table.js';
import { assumptionRows } from './assumptions.js';
import { fixedArchitecture, magnetDesigns, references, withSamplePrice } from './designs.js';
import { device, magnetPrices, protocol, trainedFolder } from './network.js';
import {
  accuracyIn,
  claimsReport,
  type Comparison,
  type LabelledAccuracy,
  type SetResult,
} from './report.js';

const SETS = ['isaac-32nm', 'puma-sparse', 'murmann-survey', 'neurosim-like-22nm'];
/** What the abstract claims, by kind of reference. */
export const CLAIMS = {
  full: { energy: 16, latency: 8, area: 10, edp: 130 },
  sparse: { edp: 24 },
} as const;
/** Published bounds of one sample (PAPER.md, X): 1 fJ and 2 ns, 0.78 pJ and 4 ns. */
const BOUNDS = [
  ['at 1 fJ, 2 ns a sample', [1e-15, 2e-9]],
  ['at 0.78 pJ, 4 ns a sample', [0.78e-12, 4e-9]],
] as const;

/** An array that settles at once in all designs (s): the other end of what a read takes. */
const FAST = 1e-9;

const [out = '-', dataFolder, allocationFile, runFolder] = process.argv.slice(3);
const here = fileURLToPath(import.meta.url);
const readout = readReadout('mtj-readout-28nm', here);
const magnets = magnetPrices(readout, dataFolder);
const allocation = allocationFile
  ? (JSON.parse(readFileSync(allocationFile, 'utf8')) as StoredAllocation)
  : undefined;
const allocated = allocation?.allocation.samples;
const accuracies = [
  ...(runFolder && existsSync(`${runFolder}/results.json`) ? accuraciesOf(runFolder) : []),
  ...(allocation ? accuraciesOfAllocation(allocation) : []),
];

const results = SETS.map((name): SetResult => {
  const { library, origins } = readLibrary(name, here);
  const own = magnetDesigns(library, magnets, allocated);
  const others = references(library);
  const costs = (design: Parameters<typeof costOfDesign>[0]) => headlineOf(costOfDesign(design));
  const comparisons = others.flatMap((reference): Comparison[] =>
    own.map((magnet) => ({
      reference: reference.name,
      kind: reference.kind,
      magnets: magnet.name,
      samples: magnet.samples,
      ratio: ratios(costs(reference.design), costs(magnet.design)),
    })),
  );
  const bounds = BOUNDS.flatMap(([label, bound]) =>
    others.map((reference) => ({
      reference: reference.name,
      kind: reference.kind,
      magnets: `T = 1 ${label}`,
      samples: 'uniform' as const,
      ratio: ratios(costs(reference.design), costs(withSamplePrice(own[0], bound).design)),
    })),
  );
  const [seven, one] = [7, 1].map((bits) => costs(fixedArchitecture(library, bits)));
  const assumptions = [
    ...libraryAssumptions(library),
    ...mtjAssumptions(readout.source, readout.spread, supplyFactor(device.mtj, protocol, readout)),
  ];
  const first = others[0];
  const breakEvens = (['energy', 'latency', 'area', 'edp'] as const).map((metric) => ({
    metric,
    target: CLAIMS.full[metric],
    found: breakEven(
      [own[0].design, first.design],
      assumptions,
      ([mine, theirs]: readonly Headline[]) => theirs[metric] / mine[metric],
      CLAIMS.full[metric],
    ).filter(({ factor }) => factor !== undefined),
  }));
  return {
    name,
    description: library.description,
    origins,
    library,
    own: own.map((design) => ({ name: design.name, headline: costs(design.design) })),
    references: others.map((design) => ({ name: design.name, headline: costs(design.design) })),
    comparisons,
    bounds,
    fast: fastSettling(library),
    fixed: ratios(seven, one),
    breakEvens,
  };
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const times = (value: number): string => `${value.toPrecision(3)}x`;

say(
  `ResNet-20 / CIFAR-10, 4-bit weights and activations, 128 x 128 arrays, first and last layer digital`,
);
say(`magnets: ${device.name}, ${protocol.name}; ${magnets.source}`);
say(
  trainedFolder()
    ? `weights: ${trainedFolder() ?? ''}`
    : 'weights: not here; counts need shapes only',
);
for (const { accuracy, label } of accuracies)
  say(`accuracy ${label}: ${(100 * accuracy).toFixed(2)} %`);
for (const set of results) {
  say(`\n${set.name}: ${set.description}`);
  say(
    textTable(
      ['design', 'accuracy %', 'energy uJ', 'latency us', 'area mm2', 'EDP pJ us'],
      [...set.own, ...set.references].map(({ name, headline }) => [
        name,
        accuracyIn(accuracies, name),
        ...[
          headline.energy * 1e6,
          headline.latency * 1e6,
          headline.area * 1e6,
          headline.edp * 1e18,
        ].map((value) => value.toPrecision(4)),
      ]),
    ),
  );
  say('');
  say(
    textTable(
      ['against', 'magnets', 'E', 't', 'A', 'EDP'],
      [...set.comparisons, ...set.bounds, ...set.fast]
        .filter(({ magnets: name }) => !/^T = (2|8)$/.test(name))
        .map(({ reference, magnets: name, ratio }) => [
          reference,
          name,
          ...METRICS.map((metric) => times(ratio[metric])),
        ]),
    ),
  );
  say(
    `fixed architecture, ADC of 7 bits against 1: ${times(set.fixed.energy)} energy, ${times(set.fixed.area)} area (NeuroSim: at most 2.35x and 1.44x)`,
  );
}

say('\nthe claims');
say(
  textTable(
    ['claim', 'published', 'set', 'ours at T = 1', 'range over all assumptions', 'reached by'],
    claimRows(),
  ),
);
for (const set of results.slice(0, 1))
  for (const { metric, target, found } of set.breakEvens)
    say(
      `${set.name}, T = 1 against the first reference: ${metric} of ${target}x would take ${
        found.map(wouldTake).join('; or ') || 'more than any one assumption times 1/128 to 128'
      }`,
    );
say('\nassumptions');
for (const [what, value, source] of assumptionRows(results, readout, magnets.source))
  say(`- ${what}: ${value} [${source}]`);

if (out !== '-') {
  const command = `node tools/run.mjs examples/05-stox-claims/claims.ts ${process.argv.slice(3).join(' ')}`;
  const page = writeReportFolder(out, {
    force: true,
    format: 'spinbar.claims',
    command,
    files: { 'claims.json': `${JSON.stringify({ results, accuracies }, null, 2)}\n` },
    report: claimsReport(results, {
      claims: claimRows(),
      assumptions: assumptionRows(results, readout, magnets.source),
      accuracies,
      command,
    }),
  });
  process.stderr.write(`report: ${page}\n`);
}

/** All references against uniform T = 1 and 4 where every array settles in a nanosecond. */
function fastSettling(library: Parameters<typeof references>[0]): Comparison[] {
  const own = magnetDesigns(library, magnets, undefined, FAST);
  const price = (design: Parameters<typeof costOfDesign>[0]) => headlineOf(costOfDesign(design));
  return references(library, FAST).flatMap(({ name, kind, design }) =>
    [own[0], own[2]].map((magnet) => ({
      reference: name,
      kind,
      magnets: `${magnet.name}, 1 ns to settle`,
      samples: magnet.samples,
      ratio: ratios(price(design), price(magnet.design)),
    })),
  );
}

/** One row a claim and set: at T = 1 against the first reference of its kind, and the range over everything. */
function claimRows(): string[][] {
  const rows: string[][] = [];
  for (const kind of ['full', 'sparse'] as const)
    for (const [metric, target] of Object.entries(CLAIMS[kind]))
      for (const set of results) {
        const all = [...set.comparisons, ...set.bounds, ...set.fast].filter(
          (one) => one.kind === kind,
        );
        const value = (one: Comparison): number => one.ratio[metric as keyof Headline];
        const values = all.map(value);
        const reached = all.filter((one) => value(one) >= target);
        rows.push([
          `${metric} against ${kind} ADC`,
          `${target}x`,
          set.name,
          times(value(all[0])),
          `${times(Math.min(...values))} to ${times(Math.max(...values))}`,
          `${reached.length} of ${all.length}`,
        ]);
      }
  return rows;
}

function wouldTake({ name, factor = 1, withinSpread }: BreakEven): string {
  return `${name} x ${factor.toPrecision(3)}${withinSpread ? '' : ' (outside its spread)'}`;
}

/** What `spinbar allocate` leaves, as far as it is read here. */
interface StoredAllocation {
  readonly allocation: { readonly samples: Record<string, number> };
  readonly budget: number;
  readonly frontier: readonly {
    readonly kind: 'uniform' | 'allocated';
    readonly uniform: number;
    readonly samples: number | { readonly layers: Record<string, number> };
    readonly mean: number;
  }[];
}

/** Accuracies of a run, by the names of the designs. */
function accuraciesOf(folder: string): LabelledAccuracy[] {
  const { summary } = JSON.parse(readFileSync(`${folder}/results.json`, 'utf8')) as {
    summary: { converter: string; samples: number; mean: number }[];
  };
  return summary.map(({ converter, samples, mean }) => ({
    label: converter === 'mtj' ? `T = ${samples}` : converter,
    accuracy: mean,
  }));
}

/** Accuracies of the frontier; the allocated design is the point with the same samples. */
function accuraciesOfAllocation({
  allocation: own,
  frontier,
}: StoredAllocation): LabelledAccuracy[] {
  const same = JSON.stringify(own.samples);
  return frontier.flatMap(({ kind, uniform, samples, mean }) => {
    if (kind === 'uniform') return [{ label: `T = ${uniform}`, accuracy: mean }];
    const chosen = typeof samples === 'object' && JSON.stringify(samples.layers) === same;
    return [{ label: chosen ? 'T allocated' : `T allocated as T = ${uniform}`, accuracy: mean }];
  });
}
