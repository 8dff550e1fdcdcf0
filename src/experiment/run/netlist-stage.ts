import { operatingPoint, vectorOf, type SolverStatistics } from '../../circuit/index.js';
import { transferMatrix } from '../../crossbar/index.js';
import { numericalFailure, type Diagnostic } from '../../errors/index.js';
import { elaborate, parseNetlist, type ResolveFile } from '../../netlist/index.js';
import { crossbarOfCircuit, type FoundCrossbar } from './crossbar-of-circuit.js';

/** What the netlist gives to the run, and the first check of a hand-over. */
export interface NetlistReport {
  readonly title: string;
  readonly found: FoundCrossbar;
  /** Column currents (A): by the circuit engine, and T v of the crossbar room. */
  readonly circuitCurrents: Float64Array;
  readonly crossbarCurrents: Float64Array;
  /** Largest difference of the two, relative to the largest current. */
  readonly largestDeviation: number;
  readonly statistics: SolverStatistics;
  readonly diagnostics: readonly Diagnostic[];
}

/** Both engines solve linear resistive networks to better than this. */
const AGREEMENT = 1e-8;

/**
 * Solves the operating point of a crossbar netlist with the circuit engine, recognises the crossbar in
 * it, and compares the column currents with the crossbar solver's T v. Throws numericalFailure where
 * the two disagree.
 */
export function solveNetlist(text: string, file: string, resolve: ResolveFile): NetlistReport {
  const circuit = elaborate(parseNetlist(text, { file, resolve }));
  const found = crossbarOfCircuit(circuit, file);
  const solution = operatingPoint(circuit);
  const circuitCurrents = Float64Array.from(
    found.senses,
    (name) => vectorOf(solution, `i(${name})`)?.[0] ?? NaN,
  );
  const { values, inputs, outputs } = transferMatrix(found.crossbar);
  const crossbarCurrents = new Float64Array(outputs);
  for (let j = 0; j < outputs; j += 1)
    for (let i = 0; i < inputs; i += 1)
      crossbarCurrents[j] += values[j * inputs + i] * found.inputs[i];
  const scale = crossbarCurrents.reduce((most, current) => Math.max(most, Math.abs(current)), 0);
  const largestDeviation =
    circuitCurrents.reduce(
      (most, current, j) => Math.max(most, Math.abs(current - crossbarCurrents[j])),
      0,
    ) / scale;
  if (!(largestDeviation <= AGREEMENT)) {
    throw numericalFailure({
      code: 'experiment.hand-over',
      what: `circuit engine and crossbar solver disagree by ${largestDeviation.toExponential(1)}`,
      where: { file },
      why: `column currents of a resistive crossbar must agree to ${AGREEMENT.toExponential(0)}`,
      mend: 'please report this netlist: one of the two is wrong',
    });
  }
  return {
    title: circuit.title,
    found,
    circuitCurrents,
    crossbarCurrents,
    largestDeviation,
    statistics: solution.statistics,
    diagnostics: circuit.diagnostics,
  };
}

/** Cells, read voltage and wires that the netlist's crossbar shows. */
export interface ArrayFigures {
  readonly onSiemens: number;
  readonly offSiemens: number;
  readonly readVolt: number;
  readonly wordLine: number;
  readonly bitLine: number;
  readonly driver: number;
  readonly load: number;
}

/** Its largest and smallest cell conductance, largest source voltage, wire and end resistances. */
export function arrayFigures({ crossbar, inputs }: FoundCrossbar): ArrayFigures {
  const { conductance, wire, driver, load } = crossbar;
  const cells = conductance.filter((value) => value > 0);
  const end = (value: number | Float64Array): number =>
    typeof value === 'number' ? value : value.reduce((sum, one) => sum + one, 0) / value.length;
  return {
    onSiemens: Math.max(...cells),
    offSiemens: Math.min(...cells),
    readVolt: inputs.reduce((most, voltage) => Math.max(most, Math.abs(voltage)), 0),
    ...wire,
    driver: end(driver),
    load: end(load),
  };
}
