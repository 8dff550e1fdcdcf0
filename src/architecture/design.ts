import type { ComponentLibrary } from './component-schema.js';
import { costOf, type CostReport, type Organisation } from './cost.js';
import type { LayerWork } from './layer-work.js';

/** One way to build the accelerator: what it must do, what it is made of, how it is organised. */
export interface Design {
  readonly name: string;
  readonly works: readonly LayerWork[];
  readonly library: ComponentLibrary;
  readonly organisation: Organisation;
}

export const costOfDesign = ({ works, library, organisation }: Design): CostReport =>
  costOf(works, library, organisation);

/** What designs are compared by; each better when smaller. */
export interface Headline {
  /** Of one image (J). */
  readonly energy: number;
  /** From the first input row to the last output of one image (s). */
  readonly latency: number;
  /** (m^2) */
  readonly area: number;
  /** Energy-delay product (J s). */
  readonly edp: number;
}
export type Metric = keyof Headline;
export const METRICS: readonly Metric[] = ['energy', 'latency', 'area', 'edp'];

export const headlineOf = (report: CostReport): Headline => ({
  energy: report.energyJoule,
  latency: report.schedule.latencySecond,
  area: report.areaSquareMetre,
  edp: report.energyDelayProduct,
});

/** How many times smaller `design` is than `reference`, metric by metric. EDP ratio = energy x latency. */
export function ratios(reference: Headline, design: Headline): Headline {
  return {
    energy: reference.energy / design.energy,
    latency: reference.latency / design.latency,
    area: reference.area / design.area,
    edp: reference.edp / design.edp,
  };
}

/** Points that no other beats in both coordinates (both better when smaller), by rising first coordinate. */
export function paretoFront<Point>(
  points: readonly Point[],
  coordinates: (point: Point) => readonly [number, number],
): Point[] {
  const sorted = [...points].sort((a, b) => {
    const [ax, ay] = coordinates(a);
    const [bx, by] = coordinates(b);
    return ax - bx || ay - by;
  });
  const front: Point[] = [];
  let least = Infinity;
  for (const point of sorted) {
    const [, y] = coordinates(point);
    if (y >= least) continue;
    least = y;
    front.push(point);
  }
  return front;
}
