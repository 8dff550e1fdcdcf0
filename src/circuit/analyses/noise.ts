import ndarray from 'ndarray';
import { invalidInput } from '../../errors/index.js';
import { locate, type NoiseAnalysis } from '../../netlist/index.js';
import { solveDc, type PreparedCircuit } from '../prepared-circuit.js';
import type { AnalysisResult } from '../result.js';
import { evaluate } from '../system/evaluate.js';
import { statistics } from './operating-point.js';
import { smallSignalSystem } from './small-signal.js';
import { excitation, outputWeights } from './transfer-function.js';

/** Columns before those of the devices. */
const NAMES = ['onoise_spectrum', 'inoise_spectrum', 'onoise_total', 'inoise_total'];

/**
 * `.noise`: by one solution with the transposed matrix a frequency (Rohrer, Nagel, Meyer, Weber 1971).
 * `onoise_spectrum` at the output and `inoise_spectrum` referred to the source, V or A per root hertz;
 * `onoise_total` and `inoise_total`, their rms from the first frequency up to each; `onoise_NAME`, the
 * part of each noisy device in `onoise_spectrum`.
 */
export function noiseAnalysis(
  prepared: PreparedCircuit,
  { output, source, frequencies, place }: NoiseAnalysis,
): AnalysisResult {
  const { solution, circuit } = prepared;
  const { system, evaluation } = solution;
  const { name: strategy } = solveDc(prepared);
  evaluate(system, evaluation);
  const device = circuit.devices.find(({ name }) => name === source);
  if (device?.kind !== 'v' && device?.kind !== 'i') {
    throw invalidInput({
      code: 'circuit.no-source',
      what: `${source} is no independent source of this circuit`,
      where: locate(circuit.sources, place),
      mend: 'name a V or I source as the input of .noise',
    });
  }
  const { size } = system;
  const weights = outputWeights(prepared, output, place);
  const drive = excitation(system, device.name, device.kind, device.nodes);
  const sources = system.groups.flatMap((group) => group.noise?.(evaluation) ?? []);
  const noisy = [...new Set(sources.map((one) => one.device))];
  const column = new Map(noisy.map((name, k) => [name, NAMES.length + k]));
  const names = [...NAMES, ...noisy.map((name) => `onoise_${name}`)];
  const width = names.length;
  const table = new Float64Array(frequencies.length * width);
  const linearised = smallSignalSystem(solution);
  const y = new Float64Array(2 * size);
  const squared = (from: number, to: number): number => {
    const re = (from < size ? y[2 * from] : 0) - (to < size ? y[2 * to] : 0);
    const im = (from < size ? y[2 * from + 1] : 0) - (to < size ? y[2 * to + 1] : 0);
    return re * re + im * im;
  };

  frequencies.forEach((hertz, row) => {
    linearised.factor(2 * Math.PI * hertz);
    for (let i = 0; i < size; i++) {
      y[2 * i] = weights[i];
      y[2 * i + 1] = 0;
    }
    linearised.solveTransposed(y);
    const offset = row * width;
    let total = 0;
    for (const { device: name, from, to, white, flicker = 0 } of sources) {
      const power = squared(from, to) * (white + flicker / hertz);
      total += power;
      table[offset + column.get(name)!] += power;
    }
    let re = 0;
    let im = 0;
    for (let i = 0; i < size; i++) {
      re += drive[i] * y[2 * i];
      im += drive[i] * y[2 * i + 1];
    }
    table[offset] = total;
    table[offset + 1] = total / (re * re + im * im);
    for (let k = 0; k < 2; k++) {
      table[offset + 2 + k] =
        row === 0
          ? 0
          : table[offset + 2 + k - width] +
            powerLawIntegral(
              [frequencies[row - 1], table[offset + k - width]],
              [hertz, table[offset + k]],
            );
    }
  });
  return {
    kind: 'noise',
    sweep: { name: 'frequency', values: Float64Array.from(frequencies) },
    names,
    values: ndarray(table.map(Math.sqrt), [frequencies.length, width]),
    statistics: { ...statistics(solution, frequencies.length), strategy },
  };
}

/** Integral of a density that goes as a power of f between two points (f, density). */
function powerLawIntegral(
  [f0, s0]: readonly [number, number],
  [f1, s1]: readonly [number, number],
): number {
  if (!(s0 > 0 && s1 > 0 && f0 > 0)) return 0.5 * (s0 + s1) * (f1 - f0);
  const octaves = Math.log(f1 / f0);
  const exponent = Math.log(s1 / s0) / octaves + 1;
  return Math.abs(exponent) < 1e-9 ? s0 * f0 * octaves : (s1 * f1 - s0 * f0) / exponent;
}
