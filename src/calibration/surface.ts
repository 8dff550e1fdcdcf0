import { invalidInput, SpinbarError } from '../errors/index.js';
import { hashOf } from '../formats/sha256.js';
import type { Device } from '../magnetics/index.js';
import { calibrate, type CalibrationOptions } from './calibrate.js';
import { curveFunctions } from './evaluate-curve.js';
import { fitSwitchingCurve } from './fit-curve.js';
import type { Protocol } from './protocol-schema.js';
import type { SwitchingCurve } from './switching-curve.js';

/** P_sw over current, pulse width, temperature and variation corner: a switching curve at every node of a grid. */
export interface SwitchingSurface {
  readonly format: 'spinbar.switching-surface';
  readonly version: 1;
  readonly name: string;
  /** Ascending. */
  readonly widthsSeconds: readonly number[];
  /** Ascending. */
  readonly temperaturesKelvin: readonly number[];
  /** Names of the corners. */
  readonly corners: readonly string[];
  /** Corner by corner, therein temperature by temperature, therein width by width. */
  readonly curves: readonly SwitchingCurve[];
}

export interface SurfaceGrid {
  readonly name: string;
  readonly widths: readonly number[];
  readonly temperatures: readonly number[];
  /** A device for every corner. */
  readonly corners: readonly { readonly name: string; readonly device: Device }[];
}

/** The protocol with every pulse segment of this width, at this temperature. */
export function protocolAt(protocol: Protocol, width: number, temperature: number): Protocol {
  if (protocol.segments.every(({ phase }) => phase !== 'pulse'))
    throw invalidInput({
      code: 'calibration.no-pulse',
      what: `protocol ${protocol.name} has no segment of phase pulse`,
      why: 'a surface varies the width of its pulses',
      mend: 'mark the deciding segment with `phase: pulse`',
    });
  return {
    ...protocol,
    temperature,
    segments: protocol.segments.map((segment) =>
      segment.phase === 'pulse' ? { ...segment, duration: width } : segment,
    ),
  };
}

/** Calibrates every node of a grid. Throws as `calibrate` does, naming the node. */
export async function calibrateSurface(
  protocol: Protocol,
  { name, widths, temperatures, corners }: SurfaceGrid,
  options: CalibrationOptions & { readonly onNode?: (done: number, of: number) => void },
): Promise<SwitchingSurface> {
  const { onNode, ...own } = options;
  const curves: SwitchingCurve[] = [];
  const count = corners.length * temperatures.length * widths.length;
  for (const { name: corner, device } of corners) {
    for (const temperature of temperatures) {
      for (const width of widths) {
        const node = `${corner}, ${temperature} K, ${(width * 1e9).toPrecision(4)} ns`;
        try {
          const curve = await calibrate(device, protocolAt(protocol, width, temperature), own);
          curves.push({ ...curve, name: `${name}: ${node}` });
        } catch (error) {
          if (!(error instanceof SpinbarError)) throw error;
          throw new SpinbarError(
            error.diagnostics.map((one) => ({ ...one, what: `at ${node}: ${one.what}` })),
            error.exitCode,
          );
        }
        onNode?.(curves.length, count);
      }
    }
  }
  return {
    ...{ format: 'spinbar.switching-surface', version: 1, name },
    widthsSeconds: widths,
    temperaturesKelvin: temperatures,
    corners: corners.map((corner) => corner.name),
    curves,
  };
}

/** Where on a surface: its width, temperature and corner (default the first). */
export interface SurfacePlace {
  readonly widthSeconds: number;
  readonly temperatureKelvin: number;
  readonly corner?: string;
}

/** p(I) and I(p) at one place of a surface. */
export interface SurfaceFunctions {
  readonly probability: (currentAmpere: number) => number;
  readonly inverse: (p: number) => number;
}

/**
 * Interpolates the currents of equal probability, not the probabilities: I(p) is a weighted mean of the nodes' I(p),
 * so p(I) rises as theirs do and its transition moves instead of blurring. Linear in 1/width, as the threshold of dynamic
 * reversal is (Sun, Phys. Rev. B 62, 570, 2000), and in the temperature. Throws `SpinbarError` (exit 3) beyond
 * the grid, with its range.
 */
export function surfaceFunctions(surface: SwitchingSurface, place: SurfacePlace): SurfaceFunctions {
  const nodes = nodesAt(surface, place).map(({ curve, weight }) => ({
    ...{ weight, functions: curveFunctions(curve) },
  }));
  const inverse = (p: number): number =>
    nodes.reduce((sum, { functions, weight }) => sum + weight * functions.inverse(p), 0);
  if (nodes.length === 1) return nodes[0].functions;
  return {
    inverse,
    probability: (current) => {
      // Between the least and the largest of the nodes' probabilities once their currents are known: bisection.
      let [low, high] = [1e-15, 1 - 1e-15];
      if (inverse(low) >= current) return 0;
      if (inverse(high) <= current) return 1;
      for (let k = 0; k < 60; k += 1) {
        const middle = (low + high) / 2;
        if (inverse(middle) < current) low = middle;
        else high = middle;
      }
      return (low + high) / 2;
    },
  };
}

const LEVELS = [
  0.002, 0.01, 0.03, 0.07, 0.13, 0.21, 0.31, 0.42, 0.5, 0.58, 0.69, 0.79, 0.87, 0.93, 0.97, 0.99,
  0.998,
];
const WEIGHT = 40_000;

/** A switching curve at any place of a surface, fitted to the interpolated currents of seventeen probabilities. */
export function surfaceCurve(surface: SwitchingSurface, place: SurfacePlace): SwitchingCurve {
  const nodes = nodesAt(surface, place);
  const [{ curve }] = nodes;
  if (nodes.length === 1) return curve;
  const { inverse } = surfaceFunctions(surface, place);
  const points = LEVELS.map((p) => ({
    ...{ currentAmpere: inverse(p), trials: WEIGHT, switched: WEIGHT * p },
  }));
  const { fit, alternatives } = fitSwitchingCurve(points, { model: 'auto' });
  const { parameterCovariance: _none, ...rest } = fit;
  const where = `${(place.widthSeconds * 1e9).toPrecision(4)} ns, ${place.temperatureKelvin} K`;
  return {
    ...curve,
    name: `${surface.name}: ${place.corner ?? surface.corners[0]}, ${where}`,
    temperatureKelvin: place.temperatureKelvin,
    points: points.map(({ currentAmpere }, i) => ({
      ...{ currentAmpere, trials: 0, switched: 0, probability: LEVELS[i] },
      interval: [LEVELS[i], LEVELS[i]] as const,
    })),
    fit: { ...rest, covariance: [0, 0, 0, 0] },
    alternatives,
    currentRangeAmpere: [points[0].currentAmpere, points[points.length - 1].currentAmpere],
    notes: [`Interpolated between ${nodes.length} curves of the surface ${surface.name}.`],
    provenance: {
      version: curve.provenance.version,
      inputHash: hashOf({ nodes: nodes.map((node) => node.curve.provenance.inputHash), place }),
    },
  };
}

/** The curves around a place and their weights, which sum to 1; those of no weight are left out. */
function nodesAt(
  { widthsSeconds, temperaturesKelvin, corners, curves }: SwitchingSurface,
  { widthSeconds, temperatureKelvin, corner = corners[0] }: SurfacePlace,
): { readonly curve: SwitchingCurve; readonly weight: number }[] {
  const c = corners.indexOf(corner);
  if (c < 0)
    throw invalidInput({
      code: 'calibration.unknown-corner',
      what: `the surface has no corner ${JSON.stringify(corner)}`,
      mend: `choose one of ${corners.join(', ')}`,
    });
  const times = bracket(widthsSeconds, widthSeconds, (t) => 1 / t, 'ns', 1e9);
  const heats = bracket(temperaturesKelvin, temperatureKelvin, (t) => t, 'K', 1);
  return heats.flatMap((heat) =>
    times.map((time) => ({
      curve:
        curves[(c * temperaturesKelvin.length + heat.index) * widthsSeconds.length + time.index],
      weight: heat.weight * time.weight,
    })),
  );
}

function bracket(
  grid: readonly number[],
  value: number,
  coordinate: (value: number) => number,
  unit: string,
  factor: number,
): { readonly index: number; readonly weight: number }[] {
  const last = grid.length - 1;
  const slack = 1e-9 * grid[last];
  if (!(value >= grid[0] - slack && value <= grid[last] + slack)) {
    const text = (v: number): string => `${(v * factor).toPrecision(4)} ${unit}`;
    throw invalidInput({
      code: 'calibration.beyond-surface',
      what: `${text(value)} lies beyond the surface`,
      why: `it was calibrated from ${text(grid[0])} to ${text(grid[last])}`,
      mend: 'stay within, or calibrate a larger surface',
    });
  }
  const at = grid.findIndex((node) => Math.abs(node - value) <= slack);
  if (at >= 0) return [{ index: at, weight: 1 }];
  const upper = grid.findIndex((node) => node > value);
  const [a, b] = [coordinate(grid[upper - 1]), coordinate(grid[upper])];
  const share = (coordinate(value) - a) / (b - a);
  return [
    { index: upper - 1, weight: 1 - share },
    { index: upper, weight: share },
  ];
}
