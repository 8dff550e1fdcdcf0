import { costOfDesign, type Design } from './design.js';

/** Copies of layers that an area budget bought. */
export interface ReplicatedDesign {
  readonly design: Design;
  /** Area of the design (m^2). */
  readonly areaSquareMetre: number;
  /** Whether even one copy of each layer exceeds the budget. */
  readonly overBudget: boolean;
}

/**
 * Spends an area budget (m^2) on copies of layers so that the busiest is busy as short as possible: ISAAC's
 * balanced pipeline (Shafiee et al., ISCA 2016, section 6), in which early layers, with more positions, get
 * more arrays. A layer of p positions with c copies is busy for ceil(p / c) reads, so the intervals that can be
 * had are the multiples of the layers' times a position; the shortest one that fits is found by bisection over
 * them, since area only grows as the interval shrinks. Digital layers are not copied (`balanced` units follow).
 * Every design of a comparison gets the same budget, so that none wins by area alone.
 */
export function replicateWithin(design: Design, budgetSquareMetre: number): ReplicatedDesign {
  const { replication: given = {} } = design.organisation;
  const first = costOfDesign(design);
  const overBudget = first.areaSquareMetre > budgetSquareMetre;
  const mapped = design.works.filter(({ mapped }) => mapped);
  if (overBudget || mapped.length === 0)
    return { design, areaSquareMetre: first.areaSquareMetre, overBudget };
  const busy = new Map(first.schedule.layers.map((layer) => [layer.name, layer.busySecond]));
  const layers = mapped.map(({ name, positions }) => {
    const least = given[name] ?? 1;
    const perPosition = (busy.get(name) ?? 0) / Math.ceil(positions / least);
    return { name, positions, least, perPosition };
  });
  const within = (interval: number): Design => ({
    ...design,
    organisation: {
      ...design.organisation,
      replication: Object.fromEntries(
        layers.map(({ name, positions, least, perPosition }) => {
          const rounds = Math.max(1, Math.floor((interval / perPosition) * (1 + 1e-12)));
          return [name, Math.max(least, Math.ceil(positions / rounds))];
        }),
      ),
    },
  });
  const slowest = Math.max(...layers.map(({ perPosition }) => perPosition));
  const intervals = layers
    .flatMap(({ positions, least, perPosition }) =>
      Array.from({ length: Math.ceil(positions / least) }, (_, k) => (k + 1) * perPosition),
    )
    .filter((interval) => interval >= slowest)
    .sort((a, b) => a - b);
  const fits = (interval: number): boolean =>
    costOfDesign(within(interval)).areaSquareMetre <= budgetSquareMetre;
  // The last interval is that of single copies, which fit.
  let [low, high] = [0, intervals.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (fits(intervals[middle])) high = middle;
    else low = middle + 1;
  }
  const bought = within(intervals[low]);
  return {
    design: bought,
    areaSquareMetre: costOfDesign(bought).areaSquareMetre,
    overBudget: false,
  };
}
