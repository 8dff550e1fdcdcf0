import {
  costOfDesign,
  headlineOf,
  ratios,
  tornado,
  type CostReport,
  type Design,
  type Headline,
  type TornadoBar,
} from '../../architecture/index.js';
import { textTable } from '../text-table.js';
import { designsOf, type DesignSet } from './designs.js';
import type { CostSubject } from './subject.js';

/** The priced design of an experiment beside its references. */
export interface CostResults {
  readonly set: DesignSet;
  /** The experiment's own design first. */
  readonly rows: readonly CostRow[];
  /** For every reference: what moves its energy-delay ratio to the experiment's design most. */
  readonly tornados: readonly {
    readonly reference: string;
    readonly bars: readonly TornadoBar[];
  }[];
}

export interface CostRow {
  readonly design: Design;
  readonly cost: CostReport;
  readonly headline: Headline;
  /** How many times smaller the experiment's own design is. */
  readonly ratios: Headline;
}

export function costExperiment(subject: CostSubject, path: string): CostResults {
  const set = designsOf(subject, path);
  const own = headlineOf(costOfDesign(set.own));
  const rows = [set.own, ...set.references].map((design): CostRow => {
    const cost = costOfDesign(design);
    const headline = headlineOf(cost);
    return { design, cost, headline, ratios: ratios(headline, own) };
  });
  const tornados = set.references.map((reference) => ({
    reference: reference.name,
    bars: tornado([set.own, reference], set.assumptions, ([mine, theirs]) => theirs.edp / mine.edp),
  }));
  return { set, rows, tornados };
}

/** The comparison as text: one line a design, ratios against the experiment's own. */
export function costTable(rows: readonly CostRow[]): string {
  const number = (value: number): string => value.toPrecision(4);
  const times = (value: number): string => `${value.toPrecision(3)}x`;
  return textTable(
    [
      'design',
      'energy uJ',
      'latency us',
      'area mm2',
      'EDP pJ us',
      'static %',
      'TOPS/W',
      'TOPS/mm2',
      'bottleneck',
      'E',
      't',
      'A',
      'EDP',
    ],
    rows.map(({ design, cost, headline, ratios: r }) => [
      design.name,
      number(headline.energy * 1e6),
      number(headline.latency * 1e6),
      number(headline.area * 1e6),
      number(headline.edp * 1e18),
      ((100 * cost.staticJoule) / cost.energyJoule).toFixed(1),
      number(cost.teraOperationsPerJoule),
      number(cost.teraOperationsPerSecondSquareMillimetre),
      cost.schedule.bottleneck,
      ...[r.energy, r.latency, r.area, r.edp].map(times),
    ]),
  );
}

/** cost.json: totals, parts and tornados in SI units. */
export function costJson({ set, rows, tornados }: CostResults) {
  return {
    experiment: set.subject.name,
    components: { library: set.library.library.name, origins: set.library.origins },
    readout: set.readout.name,
    columnCurrents: set.currents,
    remarks: set.remarks,
    definitions: {
      teraOperationsPerJoule: '2 operations a multiply-accumulate of all layers, over the energy',
      teraOperationsPerSecondSquareMillimetre:
        'the same operations over the interval between images and the area',
      static: 'leakage of all hardware over the latency of one image',
    },
    designs: rows.map(({ design, cost, headline, ratios: ratio }) => ({
      name: design.name,
      energyJoule: headline.energy,
      staticJoule: cost.staticJoule,
      latencySecond: headline.latency,
      intervalSecond: cost.schedule.intervalSecond,
      areaSquareMetre: headline.area,
      energyDelayProduct: headline.edp,
      teraOperationsPerJoule: cost.teraOperationsPerJoule,
      teraOperationsPerSecondSquareMillimetre: cost.teraOperationsPerSecondSquareMillimetre,
      bottleneck: cost.schedule.bottleneck,
      ratiosToOwn: ratio,
      layers: cost.layers,
      schedule: cost.schedule.layers,
      converter: cost.organisation.converter,
    })),
    tornados,
  };
}
