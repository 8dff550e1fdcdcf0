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

/**
 * ISAAC (Shafiee et al., ISCA 2016): 128 x 128 arrays, 2-bit cells, 1-bit inputs, biased weights whose offset
 * is subtracted digitally. ISAAC has 16-bit weights and inputs; 8 bits here, the most our codes hold.
 */
export const isaacMapping: Mapping = {
  ...defaultMapping,
  name: 'isaac',
  weightBits: 8,
  bitsPerSlice: 2,
  activationBits: 8,
  bitsPerStream: 1,
  signedScheme: 'offset-column',
  encoding: 'unipolar',
  policy: { first: 'mapped', last: 'mapped' },
};

/**
 * PRIME (Chi et al., ISCA 2016): 256 x 256 arrays, 8-bit weights in two 4-bit cells, 6-bit inputs in two 3-bit
 * voltages, positive and negative weights on separate arrays.
 */
export const primeMapping: Mapping = {
  ...defaultMapping,
  name: 'prime',
  weightBits: 8,
  bitsPerSlice: 4,
  activationBits: 6,
  bitsPerStream: 3,
  signedScheme: 'separate-arrays',
  encoding: 'unipolar',
  rowsPerArray: 256,
  columnsPerArray: 256,
  policy: { first: 'mapped', last: 'mapped' },
};

/** Mappings by name; `stox-net` is the default: one-bit slices and streams on differential pairs. */
export const mappingPresets: Readonly<Record<string, Mapping>> = {
  'stox-net': defaultMapping,
  'stox-authors': stoxAuthorsMapping,
  isaac: isaacMapping,
  prime: primeMapping,
};
