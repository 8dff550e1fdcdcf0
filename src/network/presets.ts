import { defaultMapping, type Mapping } from './mapping.js';

/**
 * The authors' 2023 StoX-Net code (github KneeHaw/StoXNet, folder StoX-Net_V1-August23), 2-bit weights and
 * activations, 64 rows: multi-level cells and inputs, levels not clamped, kernel-position-major rows in equal
 * chunks, per-pixel normalisation (which no chip realises). Goes with
 * `{ kind: 'tanh', slope: 4, samples: 1, zero: 'zero' }`.
 */
export const stoxAuthorsMapping: Mapping = {
  ...defaultMapping,
  name: 'stox-authors',
  weightBits: 2,
  activationBits: 2,
  weightQuantiser: {
    kind: 'away-from-zero',
    clamp: false,
    standardise: true,
    powerOfTwoScale: true,
  },
  activationQuantiser: 'away-from-zero',
  rowsPerArray: 64,
  columnsPerArray: 64,
  chunkRule: 'equal',
  rowOrder: 'kernel-position-major',
  normalisation: { kind: 'per-pixel', epsilon: 1e-3 },
  policy: { first: 'float', last: 'float' },
};
