import { METRICS, type TornadoBar } from '../../architecture/index.js';
import {
  componentCostFigure,
  tornadoFigure,
  type ReportDocument,
  type ReportSection,
  type ReportTable,
} from '../../report/index.js';
import { writeReportFolder } from '../node/report-folder.js';
import { VERSION } from '../node/version.js';
import { costJson, type CostResults } from './cost-experiment.js';

export interface CostReportOptions {
  readonly out: string;
  readonly force: boolean;
  readonly file: string;
}

/** Writes cost.json and report.html into a folder; returns the page's path. */
export const writeCostReport = (
  results: CostResults,
  { out, force, file }: CostReportOptions,
): string =>
  writeReportFolder(out, {
    force,
    format: 'spinbar.cost',
    command: `spinbar cost ${file} --out ${out}`,
    files: { 'cost.json': `${JSON.stringify(costJson(results), null, 2)}\n` },
    report: reportOfCost(results),
  });

/** The report: the comparison first, then where it comes from and what it leans on. */
export function reportOfCost(results: CostResults): ReportDocument {
  const { set, rows } = results;
  const [own, ...references] = rows;
  const times = (value: number): string => `${value.toPrecision(3)}x`;
  const best = references.at(0);
  return {
    title: `Cost of ${set.subject.name}`,
    answer: best
      ? `Against the ${best.design.name}, stochastic conversion takes **${times(best.ratios.energy)}** less energy, ` +
        `**${times(best.ratios.latency)}** less time and **${times(best.ratios.area)}** less area: ` +
        `${times(best.ratios.edp)} in the energy-delay product, with the components of ${set.library.library.name}.`
      : 'No reference design was asked for.',
    facts: [
      { label: 'energy an image', value: `${(own.headline.energy * 1e6).toPrecision(3)} uJ` },
      { label: 'latency', value: `${(own.headline.latency * 1e6).toPrecision(3)} us` },
      { label: 'area', value: `${(own.headline.area * 1e6).toPrecision(3)} mm2` },
      {
        label: 'efficiency',
        value: `${own.cost.teraOperationsPerJoule.toPrecision(3)} TOPS/W`,
        note: '2 operations a multiply-accumulate, all layers',
      },
    ],
    sections: [
      comparison(results),
      components(results),
      layers(results),
      sensitivity(results),
      assumptions(results),
    ],
    footer: `Spinbar ${VERSION}`,
  };
}

function comparison({ rows }: CostResults): ReportSection {
  const table: ReportTable = {
    kind: 'table',
    caption: 'One image; the ratios say how many times the first design is smaller.',
    columns: [
      'design',
      'energy (uJ)',
      'latency (us)',
      'area (mm2)',
      'EDP (pJ us)',
      'TOPS/W',
      'TOPS/mm2',
      'bottleneck',
      ...METRICS.map((metric) => `${metric} ratio`),
    ],
    rows: rows.map(({ design, cost, headline, ratios }) => [
      design.name,
      (headline.energy * 1e6).toPrecision(4),
      (headline.latency * 1e6).toPrecision(4),
      (headline.area * 1e6).toPrecision(4),
      (headline.edp * 1e18).toPrecision(4),
      cost.teraOperationsPerJoule.toPrecision(4),
      cost.teraOperationsPerSecondSquareMillimetre.toPrecision(4),
      cost.schedule.bottleneck,
      ...METRICS.map((metric) => ratios[metric].toPrecision(3)),
    ]),
  };
  return { id: 'comparison', title: 'Designs side by side', blocks: [table] };
}

const components = ({ rows }: CostResults): ReportSection => ({
  id: 'components',
  title: 'Where it goes',
  blocks: [
    componentCostFigure(
      rows.map(({ design, cost }) => ({
        name: design.name,
        parts: cost.layers.map((layer) => layer.energyJoule),
      })),
      { quantity: 'energy', unit: 'uJ', scale: 1e6 },
    ),
    componentCostFigure(
      rows.map(({ design, cost }) => ({
        name: design.name,
        parts: cost.layers.map((layer) => layer.areaSquareMetre),
      })),
      { quantity: 'area', unit: 'mm2', scale: 1e6 },
    ),
  ],
});

function layers({ rows }: CostResults): ReportSection {
  const [{ cost }] = rows;
  const total = (parts: Readonly<Record<string, number>>): number =>
    Object.values(parts).reduce((sum, value) => sum + value, 0);
  return {
    id: 'layers',
    title: 'Layer by layer',
    blocks: [
      {
        kind: 'table',
        caption: 'The first design: events of one image, energy, area and time of each layer.',
        columns: [
          'layer',
          'arrays',
          'reads',
          'conversions',
          'samples',
          'energy (nJ)',
          'area (um2)',
          'busy (us)',
        ],
        rows: cost.layers.map((layer, i) => [
          layer.name,
          layer.events.tiles,
          layer.events.arrayReads,
          layer.events.conversions,
          layer.events.samples,
          (total(layer.energyJoule) * 1e9).toPrecision(4),
          (total(layer.areaSquareMetre) * 1e12).toPrecision(4),
          (cost.schedule.layers[i].busySecond * 1e6).toPrecision(4),
        ]),
        folded: cost.layers.length > 24,
      },
    ],
  };
}

const sensitivity = ({ tornados }: CostResults): ReportSection => ({
  id: 'sensitivity',
  title: 'Which assumption moves the ratio most',
  blocks: tornados.map(({ reference, bars }) =>
    tornadoFigure(bars.slice(0, WIDEST), `energy-delay ratio to the ${reference}`),
  ),
});

/** Bars shown; the rest are in cost.json. */
const WIDEST = 12;

function assumptions({ set, tornados }: CostResults): ReportSection {
  const bars: readonly TornadoBar[] = tornados[0]?.bars ?? [];
  const { origins, library } = set.library;
  return {
    id: 'assumptions',
    title: 'Every assumption and its source',
    blocks: [
      {
        kind: 'text',
        text: `Component set ${library.name} at ${(library.node * 1e9).toFixed(0)} nm: ${library.source}. No value is scaled to another node.`,
      },
      {
        kind: 'table',
        caption: 'Components by the set that states them.',
        columns: ['component', 'set'],
        rows: Object.entries(origins)
          .filter(([key]) => !['name', 'description', 'node', 'source'].includes(key))
          .map(([key, origin]) => [key, origin]),
      },
      {
        kind: 'table',
        caption: 'Values varied in the tornado, with the factors they may lie between.',
        columns: ['assumption', 'low', 'high', 'source'],
        rows: bars.map(({ name, spread, source }) => [
          name,
          spread[0].toPrecision(2),
          spread[1].toPrecision(2),
          source,
        ]),
      },
    ],
  };
}
