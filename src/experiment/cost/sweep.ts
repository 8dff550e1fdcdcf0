import {
  costOfDesign,
  headlineOf,
  METRICS,
  paretoFront,
  type ColumnCurrents,
  type Headline,
} from '../../architecture/index.js';
import type { SwitchingCurve } from '../../calibration/index.js';
import { usageError } from '../../errors/index.js';
import { csv } from '../../report/index.js';
import { parseOverride, type Override } from '../overrides.js';
import { textTable } from '../text-table.js';
import { columnCurrents } from './column-currents.js';
import { designsOf } from './designs.js';
import { readSubject, type SubjectOptions } from './subject.js';

/** One key with the values it takes. */
export interface SweepAxis {
  readonly key: string;
  readonly values: readonly Override[];
}

/** One design of a sweep. */
export interface SweepPoint {
  /** What was set, `key=value`, in the order of the axes. */
  readonly settings: readonly string[];
  readonly headline: Headline;
  readonly bottleneck: string;
  /** Metrics pairs in which no other point is better: energy and latency, energy and area, latency and area. */
  readonly onFront: boolean;
}

export interface SweepResults {
  readonly axes: readonly SweepAxis[];
  readonly points: readonly SweepPoint[];
  readonly seconds: number;
}

const MOST_POINTS = 20_000;

/** Reads `key=[v1, v2]` (or `key=v1,v2`). Throws a usage error where it is no list. */
export function parseAxis(text: string): SweepAxis {
  const { path, value, text: written } = parseOverride(text);
  const key = path.join('.');
  const list: readonly unknown[] = Array.isArray(value)
    ? value
    : written.slice(written.indexOf('=') + 1).split(',');
  const values = list.map((own) =>
    parseOverride(`${key}=${typeof own === 'string' ? own : JSON.stringify(own)}`),
  );
  if (values.length > 0) return { key, values };
  throw usageError({
    code: 'cli.invalid-sweep',
    what: `invalid --sweep: ${text}`,
    why: 'it has no values',
    mend: 'for example --sweep mapping.rowsPerArray=64,128,256',
  });
}

/** All combinations, the last axis fastest. */
const combinations = (axes: readonly SweepAxis[]): readonly (readonly Override[])[] =>
  axes.reduce<readonly (readonly Override[])[]>(
    (all, { values }) => all.flatMap((own) => values.map((value) => [...own, value])),
    [[]],
  );

/**
 * Prices every combination of values. Column currents are recorded once, on the file as it stands: gains keep
 * them near what the magnets take, and recording them again would cost a hundred times the pricing.
 */
export async function sweepDesigns(
  path: string,
  axes: readonly SweepAxis[],
  options: SubjectOptions,
): Promise<SweepResults> {
  const started = performance.now();
  const wanted = combinations(axes);
  if (wanted.length > MOST_POINTS)
    throw usageError({
      code: 'cli.too-many-points',
      what: `the sweep has ${wanted.length} designs, at most ${MOST_POINTS}`,
      mend: 'give fewer values',
    });
  const curves = new Map<string, SwitchingCurve>();
  const base = await readSubject(path, { ...options, curves });
  let recorded: Readonly<Record<string, ColumnCurrents>> | undefined;
  const currents = () => (recorded ??= columnCurrents(base));
  const points: Omit<SweepPoint, 'onFront'>[] = [];
  for (const own of wanted) {
    const overrides = [...options.overrides, ...own];
    const subject = await readSubject(path, {
      ...options,
      overrides,
      curves,
      report: () => undefined,
    });
    const cost = costOfDesign(designsOf(subject, path, { currents, references: false }).own);
    points.push({
      settings: own.map(({ text }) => text),
      headline: headlineOf(cost),
      bottleneck: cost.schedule.bottleneck,
    });
  }
  const front = new Set(
    PAIRS.flatMap(([a, b]) => paretoFront(points, ({ headline }) => [headline[a], headline[b]])),
  );
  return {
    axes,
    points: points.map((point) => ({ ...point, onFront: front.has(point) })),
    seconds: (performance.now() - started) / 1000,
  };
}

const PAIRS = [
  ['energy', 'latency'],
  ['energy', 'area'],
  ['latency', 'area'],
] as const;

const UNITS: Readonly<Record<keyof Headline, readonly [string, number]>> = {
  energy: ['energy uJ', 1e6],
  latency: ['latency us', 1e6],
  area: ['area mm2', 1e6],
  edp: ['EDP pJ us', 1e18],
};

/** The best designs by EDP among those that nothing beats, as text. */
export function sweepText({ points, seconds }: SweepResults, most = 20): string {
  const best = points
    .filter(({ onFront }) => onFront)
    .sort((a, b) => a.headline.edp - b.headline.edp);
  return [
    `${points.length} designs in ${seconds.toPrecision(3)} s; ${best.length} that no other beats in two of energy, latency and area${best.length > most ? `, the ${most} of least EDP` : ''}:`,
    '',
    textTable(
      ['design', ...METRICS.map((metric) => UNITS[metric][0]), 'bottleneck'],
      best
        .slice(0, most)
        .map(({ settings, headline, bottleneck }) => [
          settings.join(' '),
          ...METRICS.map((metric) => (headline[metric] * UNITS[metric][1]).toPrecision(4)),
          bottleneck,
        ]),
    ),
  ].join('\n');
}

export const sweepCsv = ({ axes, points }: SweepResults): string =>
  csv(
    [
      ...axes.map(({ key }) => key),
      'energyJoule',
      'latencySecond',
      'areaSquareMetre',
      'energyDelayProduct',
      'bottleneck',
      'onFront',
    ],
    points.map(({ settings, headline, bottleneck, onFront }) => [
      ...settings.map((text) => text.slice(text.indexOf('=') + 1)),
      headline.energy,
      headline.latency,
      headline.area,
      headline.edp,
      bottleneck,
      String(onFront),
    ]),
  );
