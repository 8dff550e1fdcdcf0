import { describe, expect, it } from 'vitest';
import {
  crossbarMaps,
  crossbarTasks,
  solveCrossbar,
  tileCrossbar,
  wiredTiles,
  type CellPair,
} from '../../src/crossbar/index.js';
import { inlineExecutor } from '../../src/parallel/executor.js';
import { relativeDifference, uniforms } from './support.js';

const cell: CellPair = { onSiemens: 2e-4, offSiemens: 1e-4, pair: 'complementary' };
const executor = inlineExecutor(crossbarTasks);

const randomTile = (seed: number, rows: number, columns: number, values: readonly number[]) => {
  const next = uniforms(seed);
  const digits = Int8Array.from(
    { length: rows * columns },
    () => values[Math.floor(values.length * next())],
  );
  return { rows, columns, digits };
};

describe('digits as the wires make them', () => {
  it('are the programmed ones without wires', async () => {
    const tile = randomTile(1, 20, 7, [-1, 1]);
    const [{ digits }] = await wiredTiles([tile], cell, {}, { executor });
    expect(relativeDifference(digits, tile.digits)).toBeLessThan(1e-7);
  });

  it.each(['complementary', 'one-sided'] as const)('multi-level digits, %s pairs', async (pair) => {
    const tile = { ...randomTile(2, 9, 5, [-3, -1, 0, 1, 3]), cellShare: 1 / 3 };
    const [{ digits }] = await wiredTiles([tile], { ...cell, pair }, {}, { executor });
    expect(relativeDifference(digits, tile.digits)).toBeLessThan(1e-7);
  });

  it('give the exact differential current with wires, for any activation digits', async () => {
    const parasitics = { wire: { wordLine: 2, bitLine: 3 }, driver: 40, load: 10 };
    const tiles = [randomTile(3, 30, 8, [-1, 1]), randomTile(4, 12, 16, [-1, 1])];
    const wired = await wiredTiles(tiles, cell, parasitics, { executor });
    const next = uniforms(5);
    tiles.forEach((tile, index) => {
      const activation = Array.from({ length: tile.rows }, () => (next() < 0.5 ? -1 : 1));
      const volts = activation.map((digit) => 0.1 * digit);
      const { outputs } = solveCrossbar(tileCrossbar(tile, cell, parasitics), volts);
      const sums = Array.from({ length: tile.columns }, (_, o) =>
        activation.reduce(
          (sum, digit, i) => sum + digit * wired[index].digits[o * tile.rows + i],
          0,
        ),
      );
      const expected = outputs.map((current) => current / (0.1 * 1e-4));
      expect(relativeDifference(sums, expected)).toBeLessThan(1e-6);
      expect(wired[index].errorEstimate).toBeLessThan(1e-8);
    });
  });
});

describe('maps', () => {
  it('balance: cell currents of a column add up to its sense current', () => {
    const tile = randomTile(6, 10, 3, [-1, 1]);
    const crossbar = tileCrossbar(tile, cell, { wire: { wordLine: 5, bitLine: 5 } });
    const maps = crossbarMaps(crossbar, new Array<number>(10).fill(0.2));
    const sums = Array.from({ length: 6 }, (_, j) =>
      maps.cellCurrent.reduce((sum, current, k) => (k % 6 === j ? sum + current : sum), 0),
    );
    expect(relativeDifference(sums, maps.currents)).toBeLessThan(1e-11);
    // Drop grows away from source and sense node, and is all of V_i - (w - b).
    expect(maps.voltageDrop[5]).toBeGreaterThan(maps.voltageDrop[9 * 6]);
    expect(maps.voltageDrop[7] + maps.cellVoltage[7]).toBeCloseTo(0.2, 14);
  });
});
