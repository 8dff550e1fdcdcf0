import { describe, expect, it } from 'vitest';
import { solveCrossbar } from '../../src/crossbar/index.js';
import { pairDifferences, tileCrossbar } from '../../src/experiment/run/tile-crossbar.js';
import { defaultMapping, sliceWeights, type SignedScheme } from '../../src/network/index.js';

const layerRows = 11;
const outputs = 5;
const weight = Float32Array.from({ length: layerRows * outputs }, (_, k) => Math.sin(3 * k + 1));
const cell = { onSiemens: 1 / 5e3, offSiemens: 1 / 12e3, readVolt: 0.1 };

describe('tileCrossbar', () => {
  it.each<SignedScheme>(['differential', 'sign-magnitude'])(
    'carries V (on - off) PS in each pair of columns: %s',
    (signedScheme) => {
      const slices = sliceWeights(weight, outputs, { ...defaultMapping, signedScheme }).slices;
      const digits = Float64Array.from({ length: layerRows }, (_, k) => (k % 3) - 1);
      for (const slice of slices) {
        const tile = { slice, layerRows, rows: [2, 9], columns: [1, 4] } as const;
        const voltages = digits.subarray(2, 9).map((digit) => digit * cell.readVolt);
        const { currents } = solveCrossbar(tileCrossbar(tile, cell), voltages);
        pairDifferences(currents).forEach((current, j) => {
          let partialSum = 0;
          for (let k = 2; k < 9; k += 1)
            partialSum += digits[k] * slice.digits[(1 + j) * layerRows + k];
          const expected = cell.readVolt * (cell.onSiemens - cell.offSiemens) * partialSum;
          expect(current).toBeCloseTo(expected, 16);
        });
      }
    },
  );
});
