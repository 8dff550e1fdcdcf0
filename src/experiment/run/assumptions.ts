import type { SwitchingCurve } from '../../calibration/index.js';
import type { Mapping } from '../../network/index.js';

/** What a run takes for granted, in words, each with its source. */
export function assumptions(mapping: Mapping, curve: SwitchingCurve): string[] {
  const { biasRow, normalisation } = mapping;
  return [
    'Method: Rogers et al., “StoX-Net: Stochastic Processing of Partial Sums for Efficient In-Memory Computing DNN Accelerators”, ICRC 2024, arXiv:2407.12378.',
    `P = 1/2 at zero partial sum by ${curve.protocol.kind === 'reset-and-pulse' ? 'a reset followed by a pulse with a bias current I50' : 'a hard-axis preset decided by a small bipolar current (arXiv:1410.1257)'}.`,
    'Successive samples of a conversion are independent: each starts from a fresh preset.',
    'All converters are the same device; no device-to-device spread, read noise or programming error.',
    'Cells are linear and wires ideal in the accuracies; the map of one tile shows what wires take.',
    `Partial sums are scaled by ${normalisation.kind === 'none' ? 'one static gain for each layer (a current-mirror ratio), which a chip can realise' : 'a per-pixel normalisation, which no chip can realise'}${biasRow === 0 ? '' : ', with a bias row'}.`,
    'Batch norm and activation after the merge are digital, in floating point.',
  ];
}
