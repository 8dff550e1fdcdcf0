import {
  defineCrossbar,
  type Crossbar,
  type CrossbarOptions,
  type Readout,
} from '../../src/crossbar/index.js';

const pick = <T>(values: readonly T[], u: number): T => values[Math.floor(u * values.length)];

function randomReadout(next: () => number, columns: number): Readout {
  const kind = next();
  if (kind < 0.25 && columns % 2 === 0) {
    return { kind: 'differential', pairs: pick(['interleaved', 'halves'] as const, next()) };
  }
  if (kind < 0.4 && columns > 1) {
    return { kind: 'reference', column: Math.floor(next() * columns), factor: 0.5 + next() };
  }
  if (kind < 0.5 && columns > 2) return { kind: 'dummy', columns: [0, columns - 1] };
  return { kind: 'columns' };
}

/**
 * One draw from the cross product of all options of a linear crossbar: shape, wires, ends, sides, open
 * and shorted cells. Lines that would float get a finite end, since that is refused elsewhere.
 */
export function randomCrossbar(next: () => number, largest = 12): Crossbar {
  const rows = 1 + Math.floor(next() * largest);
  const columns = 1 + Math.floor(next() * largest);
  const stuck = pick([0, 0, 0.2], next());
  const conductance = Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => {
      const fate = next();
      const value = 1e-5 * 10 ** (1.5 * next());
      return fate < stuck / 2 ? 0 : fate < stuck ? 1e-2 : value;
    }),
  );
  const ends = (lines: number): number | number[] => {
    const kind = next();
    if (kind < 0.6) return pick([0, 1, 50, 1000, 2e4], next());
    return Array.from({ length: lines }, () => pick([0, 0.5, 20, 1e4, Infinity], next()));
  };
  const draft: CrossbarOptions = {
    conductance,
    wire: {
      wordLine: pick([0, 0.2, 1, 2.5, 100, 1e4], next()),
      bitLine: pick([0, 0.2, 1, 2.5, 100, 1e4], next()),
    },
    driver: ends(rows),
    load: ends(columns),
    driveSide: pick(['left', 'right', 'both'] as const, next()),
    senseSide: pick(['bottom', 'top', 'both'] as const, next()),
    endSegments: next() < 0.5,
    readout: randomReadout(next, columns),
  };
  try {
    return defineCrossbar(draft);
  } catch {
    return defineCrossbar({ ...draft, driver: 3, load: 7 });
  }
}
