import type { SwitchingCurve } from '../../src/calibration/switching-curve.js';
import { philox4x32 } from '../../src/numerics/philox.js';
import { uniformFromWord } from '../../src/numerics/stream.js';
import { elementOf, type Value } from '../../src/training/tape.js';
import type { Slot, Workspace } from '../../src/training/workspace.js';

/** Keyed uniform numbers in (-1, 1). */
export function noise(length: number, seed: number): Float32Array {
  const words = new Uint32Array(4);
  return Float32Array.from({ length }, (_, index) => {
    philox4x32({ key0: seed, key1: 7 }, index, 0, 0, 0, words);
    return 2 * uniformFromWord(words[0]) - 1;
  });
}

/** A probit of 2 uA width. */
export const probitCurve: SwitchingCurve = {
  format: 'spinbar.switching-curve',
  version: 1,
  name: 'test probit',
  device: { name: 'test', hash: '' },
  protocol: { name: 'test', hash: '', kind: 'hard-axis-preset' },
  temperatureKelvin: 300,
  seed: 0,
  method: 'fokker-planck',
  points: [],
  fit: {
    model: 'probit',
    centreAmpere: 0,
    widthAmpere: 2e-6,
    covariance: [0, 0, 0, 0],
    logLikelihood: 0,
    goodness: { chiSquare: 0, degreesOfFreedom: 0, pValue: 1 },
  },
  currentRangeAmpere: [-1e-5, 1e-5],
  provenance: { version: '', inputHash: '' },
};

/** Puts planes [channel][image][pixel] where a value keeps them. */
export function placePlanes(
  workspace: Workspace,
  value: Value,
  slot: Slot,
  planes: ArrayLike<number>,
): void {
  const all = workspace.f32(slot);
  for (const [i, at] of planeElements(value, planes.length).entries()) all[at] = planes[i];
}

/** The first `length` elements of the planes [channel][image][pixel] that a value keeps. */
export function planesOf(
  workspace: Workspace,
  value: Value,
  slot: Slot,
  length: number,
): Float32Array {
  const all = workspace.f32(slot);
  return Float32Array.from(planeElements(value, length), (at) => all[at]);
}

function planeElements(value: Value, length: number): number[] {
  const plane = value.height * value.width;
  const size = length / value.channels;
  return Array.from({ length }, (_, i) => {
    const within = i % size;
    return (
      Math.floor(i / size) * value.stride +
      elementOf(value, Math.floor(within / plane), within % plane)
    );
  });
}

/** Images of two easily told classes: a bright square at the left or at the right, with noise. */
export function twoSides(count: number, side: number): { pixels: Uint8Array; labels: Uint8Array } {
  const jitter = noise(count * side * side, 5);
  const labels = Uint8Array.from({ length: count }, (_, n) => (n * 7) % 2);
  const pixels = Uint8Array.from({ length: count * side * side }, (_, i) => {
    const left = i % side < side / 2;
    const bright = left === (labels[Math.floor(i / (side * side))] === 0);
    return (bright ? 170 : 60) + 50 * jitter[i];
  });
  return { pixels, labels };
}
