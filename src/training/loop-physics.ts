import { curveFigures } from '../calibration/fit-parameters.js';
import { curveFunctions } from '../calibration/evaluate-curve.js';
import type { PopulationSpread } from '../calibration/population.js';
import type { SwitchingCurve } from '../calibration/switching-curve.js';
import { philox4x32 } from '../numerics/philox.js';
import { streamKey, uniformFromWord } from '../numerics/stream.js';
import {
  columnErrors,
  currentBias,
  type ArrayPlace,
  type Converter,
  type Transfer,
  type TransferContext,
  type WireOptions,
} from '../network/index.js';

/**
 * What the chips differ by that a network is trained for. Every `interval` updates the network is put on
 * another chip: other cells, other magnets, another temperature.
 */
export interface LoopPhysics {
  readonly interval: number;
  /** Spread of the cells' conductances: standard deviation of ln G. */
  readonly conductanceSpread?: number;
  /** Spread of the magnets, one a column of every array. */
  readonly population?: PopulationSpread;
  /** The device's curves at other temperatures; every chip lies between the nominal one and one of these. */
  readonly temperatureCurves?: readonly SwitchingCurve[];
  /** Standard deviation of the noise on a column current, new for every sample (A). */
  readonly readNoiseAmpere?: number;
  /** Exact wires: the arrays' transfer matrices, solved anew for every chip. */
  readonly wires?: WireOptions;
}

/** The chip that held-out images are judged on: none that training meets. */
export const HELD_OUT_CHIP = 2 ** 31 - 1;

/** Whether cells or wires make effective digits that are not whole. */
export const movesDigits = (physics: LoopPhysics | undefined): boolean =>
  physics !== undefined && ((physics.conductanceSpread ?? 0) > 0 || physics.wires !== undefined);

/** Whether columns convert by curves of their own. */
export const movesCurves = (physics: LoopPhysics | undefined): boolean =>
  physics !== undefined &&
  (physics.population !== undefined || (physics.temperatureCurves?.length ?? 0) > 0);

/** A column takes the nominal transfer at scale x + shift instead of x. */
export interface ColumnAffine {
  readonly scale: Float64Array;
  /** In units of the transfer's argument (A). */
  readonly shift: Float64Array;
}

/** The transfers of one array's columns on one chip. */
export function chipColumns(
  converter: Converter,
  { population, temperatureCurves = [] }: LoopPhysics,
  chip: number,
  context: TransferContext,
  place: ArrayPlace,
): ColumnAffine {
  const scale = new Float64Array(place.columns).fill(1);
  const shift = new Float64Array(place.columns);
  if (converter.kind !== 'mtj' && converter.kind !== 'expectation') return { scale, shift };
  const magnets =
    population &&
    columnErrors({ ...converter, population: { spread: population, chip } }, context, place);
  const [curve, share] = warmthOf(chip, temperatureCurves.length);
  const other = temperatureCurves.at(curve);
  const warm = other ? towards(converter.curve, other, share) : { scale: 1, shift: 0 };
  for (let c = 0; c < place.columns; c += 1) {
    scale[c] = warm.scale * (magnets?.scale[c] ?? 1);
    shift[c] = warm.scale * (magnets?.shift[c] ?? 0) + warm.shift;
  }
  return { scale, shift };
}

/** Which of the other temperatures a chip leans to, and how far (0 .. 1). */
function warmthOf(chip: number, curves: number): readonly [number, number] {
  const words = new Uint32Array(4);
  philox4x32(streamKey(chip, 'training.temperature'), 0, 0, 0, 0, words);
  return [Math.floor(uniformFromWord(words[0]) * curves), uniformFromWord(words[1])];
}

/** The argument at which the nominal curve does what one between it and `other` does: I50 and slope agree. */
function towards(
  nominal: SwitchingCurve,
  other: SwitchingCurve,
  share: number,
): { readonly scale: number; readonly shift: number } {
  const [a, b] = [curveFigures(nominal.fit), curveFigures(other.fit)];
  const scale = (b.slopePerAmpere / a.slopePerAmpere) ** share;
  const half = a.i50Ampere + share * (b.i50Ampere - a.i50Ampere);
  const bias = currentBias(nominal);
  const nominalHalf = curveFunctions(nominal).inverse(0.5);
  return { scale, shift: nominalHalf - bias + scale * (bias - half) };
}

/** Nodes and weights of Gauss-Hermite quadrature for a standard normal, five points (exact to degree 9). */
const NODES = [0, 1.3556261799742657, 2.8569700138728056];
const WEIGHTS = [0.5333333333333333, 0.2220759220056126, 0.011257411327720691];

/**
 * The transfer with Gaussian noise of this standard deviation on its argument, new in every sample: its
 * probability is the mean over the noise. The five-point mean is right to 1e-4 up to one curve width of noise.
 */
export function withReadNoise(transfer: Transfer, sigmaAmpere = 0): Transfer {
  if (sigmaAmpere === 0) return transfer;
  const mean =
    (of: (argument: number) => number) =>
    (argument: number): number => {
      let sum = WEIGHTS[0] * of(argument);
      for (let i = 1; i < NODES.length; i += 1)
        sum +=
          WEIGHTS[i] *
          (of(argument + sigmaAmpere * NODES[i]) + of(argument - sigmaAmpere * NODES[i]));
      return sum;
    };
  return transfer.kind === 'value'
    ? { ...transfer, value: mean(transfer.value) }
    : { ...transfer, probability: mean(transfer.probability) };
}
