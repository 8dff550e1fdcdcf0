import { costOfDesign, headlineOf, type Design, type Headline } from './design.js';
import type { Assumption } from './tornado.js';

/** The factor on one assumption alone at which a headline reaches a target. */
export interface BreakEven {
  readonly name: string;
  readonly source: string;
  /** Absent where no factor within the searched range reaches it. */
  readonly factor?: number;
  /** Whether the factor lies within the assumption's own spread. */
  readonly withinSpread: boolean;
}

/**
 * What would have to be true: for each assumption, the factor nearest to 1 (in octaves) at which the headline
 * equals `target`, by bisection in the logarithm over [1/reach, 1] and [1, reach]. A ratio of energies is
 * monotone in every price, (a + f b) / (c + f d), so each side holds one solution or none; of several, as a
 * product with a latency may have, one is given.
 */
export function breakEven(
  designs: readonly Design[],
  assumptions: readonly Assumption[],
  headline: (costs: readonly Headline[]) => number,
  target: number,
  { reach = 128 }: { readonly reach?: number } = {},
): BreakEven[] {
  return assumptions.map((assumption) => {
    const { name, source, spread } = assumption;
    const at = (octaves: number): number =>
      headline(
        designs.map((design) => headlineOf(costOfDesign(assumption.apply(design, 2 ** octaves)))),
      ) - target;
    const limit = Math.log2(reach);
    const found = [root(at, 0, limit), root(at, 0, -limit)]
      .filter((octaves) => octaves !== undefined)
      .sort((a, b) => Math.abs(a) - Math.abs(b))
      .at(0);
    if (found === undefined) return { name, source, withinSpread: false };
    const factor = 2 ** found;
    return { name, source, factor, withinSpread: factor >= spread[0] && factor <= spread[1] };
  });
}

/** Root of a continuous function between two ends of opposite sign, to 2^-20 of an octave. */
function root(f: (x: number) => number, from: number, to: number): number | undefined {
  let [low, high] = [from, to];
  const start = Math.sign(f(low));
  if (start === 0) return low;
  if (start === Math.sign(f(high))) return undefined;
  for (let step = 0; step < 24; step += 1) {
    const middle = (low + high) / 2;
    if (Math.sign(f(middle)) === start) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
