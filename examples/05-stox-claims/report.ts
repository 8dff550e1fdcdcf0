/** The comparison as a report: claims first, then every set, then every assumption. */
import {
  METRICS,
  type BreakEven,
  type ComponentLibrary,
  type Headline,
  type Metric,
} from '../../src/architecture/index.js';
import type { ReportDocument, ReportFigure, ReportSection } from '../../src/report/index.js';
import { PALETTE } from '../../src/report/palette.js';
import { VERSION } from '../../src/experiment/node/version.js';
import type { AssumptionRow } from './assumptions.js';

export interface Comparison {
  readonly reference: string;
  readonly kind: 'full' | 'sparse';
  readonly magnets: string;
  readonly samples: 'uniform' | 'inhomogeneous';
  readonly ratio: Headline;
}

export interface SetResult {
  readonly name: string;
  readonly description: string;
  readonly library: ComponentLibrary;
  readonly origins: Readonly<Record<string, string>>;
  readonly own: readonly { readonly name: string; readonly headline: Headline }[];
  readonly references: readonly { readonly name: string; readonly headline: Headline }[];
  readonly comparisons: readonly Comparison[];
  readonly bounds: readonly Comparison[];
  /** Every array settled in a nanosecond. */
  readonly fast: readonly Comparison[];
  /** ADC of 7 bits against 1 in one architecture. */
  readonly fixed: Headline;
  readonly breakEvens: readonly {
    readonly metric: Metric;
    readonly target: number;
    readonly found: readonly BreakEven[];
  }[];
}

/** A measured accuracy by the name of its design, such as `T = 4`. */
export interface LabelledAccuracy {
  readonly label: string;
  readonly accuracy: number;
}

/** The accuracy of a design in percent; empty where none was measured. */
export const accuracyIn = (accuracies: readonly LabelledAccuracy[], name: string): string => {
  const found = accuracies.find(({ label }) => label === name);
  return found ? (100 * found.accuracy).toFixed(2) : '';
};

const COLOURS = Object.values(PALETTE);
const PUBLISHED: Headline = { energy: 16, latency: 8, area: 10, edp: 130 };

export function claimsReport(
  results: readonly SetResult[],
  {
    claims,
    assumptions,
    accuracies,
    command,
  }: {
    readonly claims: readonly (readonly string[])[];
    readonly assumptions: readonly AssumptionRow[];
    readonly accuracies: readonly LabelledAccuracy[];
    readonly command: string;
  },
): ReportDocument {
  const first = results[0].comparisons[0].ratio;
  return {
    title: 'Stochastic magnets against ADCs: ResNet-20 on CIFAR-10',
    answer: `With ISAAC's components, magnets at T = 1 take **${first.energy.toPrecision(3)} times** less energy, **${first.latency.toPrecision(3)} times** less time and **${first.area.toPrecision(3)} times** less area than full-precision ADCs shared by 128 columns; the abstract claims up to 16, 8 and 10.`,
    facts: METRICS.map((metric) => ({
      label: `${metric} ratio`,
      value: `${first[metric].toPrecision(3)}x`,
      note: `published ${PUBLISHED[metric]}x`,
    })),
    sections: [
      {
        id: 'claims',
        title: 'The claims',
        blocks: [
          {
            kind: 'table',
            caption:
              'Each claim with each set: against the first reference of its kind at T = 1; the range over references, samples and bounds of a sample; how many of those reach the published figure.',
            columns: ['claim', 'published', 'set', 'T = 1', 'range', 'reached by'],
            rows: claims,
          },
          ...METRICS.map((metric) => ratioFigure(results, metric)),
          ...(accuracies.length > 0
            ? [
                {
                  kind: 'table' as const,
                  caption: 'Accuracy of the trained network.',
                  columns: ['converter', 'accuracy (%)'],
                  rows: accuracies.map(({ label, accuracy }) => [
                    label,
                    (100 * accuracy).toFixed(2),
                  ]),
                },
              ]
            : []),
        ],
      },
      ...results.map((set) => setSection(set, accuracies)),
      {
        id: 'assumptions',
        title: 'Every assumption and its source',
        blocks: [
          {
            kind: 'table',
            caption:
              'P: the paper; C: the authors’ code; X: another source; O: our own assumption.',
            columns: ['assumption', 'value', 'source'],
            rows: assumptions,
          },
        ],
      },
      { id: 'reproduce', title: 'Reproduce', blocks: [{ kind: 'code', text: command }] },
    ],
    footer: `Spinbar ${VERSION}`,
  };
}

const setSection = (set: SetResult, accuracies: readonly LabelledAccuracy[]): ReportSection => ({
  id: set.name,
  title: set.name,
  blocks: [
    { kind: 'text', text: set.description },
    {
      kind: 'table',
      caption: 'One image on each design.',
      columns: [
        'design',
        'accuracy (%)',
        'energy (uJ)',
        'latency (us)',
        'area (mm2)',
        'EDP (pJ us)',
      ],
      rows: [...set.own, ...set.references].map(({ name, headline }) => [
        name,
        accuracyIn(accuracies, name),
        ...[
          headline.energy * 1e6,
          headline.latency * 1e6,
          headline.area * 1e6,
          headline.edp * 1e18,
        ].map((value) => value.toPrecision(4)),
      ]),
    },
    {
      kind: 'table',
      caption: 'How many times smaller magnets are.',
      columns: ['against', 'magnets', 'E', 't', 'A', 'EDP'],
      rows: [...set.comparisons, ...set.bounds, ...set.fast].map(
        ({ reference, magnets, ratio }) => [
          reference,
          magnets,
          ...METRICS.map((metric) => ratio[metric].toPrecision(3)),
        ],
      ),
    },
    {
      kind: 'text',
      text: `In one architecture (8 columns an ADC, 1-bit slices and streams) an ADC of 1 bit instead of 7 saves ${set.fixed.energy.toPrecision(3)} times energy and ${set.fixed.area.toPrecision(3)} times area; NeuroSim 1.5 at most 2.35 and 1.44.`,
    },
    {
      kind: 'table',
      caption:
        'The factor on one assumption alone at which T = 1 against the first reference would reach the published ratio.',
      columns: ['claim', 'assumption', 'factor', 'within its spread'],
      rows: set.breakEvens.flatMap(({ metric, target, found }) =>
        found.map(({ name, factor, withinSpread }) => [
          `${metric} ${target}x`,
          name,
          (factor ?? 1).toPrecision(3),
          withinSpread ? 'yes' : 'no',
        ]),
      ),
    },
  ],
});

/** Ratios at T = 1 against every reference, a colour a set, with the published figure as a line. */
function ratioFigure(results: readonly SetResult[], metric: Metric): ReportFigure {
  const short = (name: string): string =>
    name.replace(/, (?=\d-bit)/, '<br>').replace(/, (?=\d+ col)/, '<br>');
  return {
    kind: 'figure',
    caption: `${metric} ratio of magnets at T = 1; dashed: what the abstract claims against full-precision ADCs.`,
    alt: results
      .map(
        ({ name, comparisons }) =>
          `${name}: ${comparisons
            .filter(({ magnets }) => magnets === 'T = 1')
            .map(({ reference, ratio }) => `${reference} ${ratio[metric].toPrecision(3)}`)
            .join(', ')}`,
      )
      .join('; '),
    traces: results.map(({ name, comparisons }, i) => {
      const own = comparisons.filter(({ magnets }) => magnets === 'T = 1');
      return {
        type: 'bar',
        name,
        orientation: 'h',
        y: own.map(({ reference }) => short(reference)),
        x: own.map(({ ratio }) => Number(ratio[metric].toPrecision(4))),
        marker: { color: COLOURS[i % COLOURS.length] },
      };
    }),
    layout: {
      barmode: 'group',
      xaxis: { title: { text: `${metric} ratio` }, type: 'log' },
      yaxis: { automargin: true, autorange: 'reversed' },
      shapes: [
        {
          type: 'line',
          x0: PUBLISHED[metric],
          x1: PUBLISHED[metric],
          y0: 0,
          y1: 1,
          yref: 'paper',
          line: { dash: 'dash', color: PALETTE.vermilion },
        },
      ],
    },
    height: 620,
  };
}
