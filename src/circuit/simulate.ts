import type { Circuit } from '../netlist/index.js';
import { operatingPointAnalysis } from './analyses/operating-point.js';
import { prepareCircuit, type PrepareOptions } from './prepared-circuit.js';
import type { AnalysisResult, SimulationResult } from './result.js';

/** Runs every analysis of a circuit, in netlist order. */
export function simulate(circuit: Circuit, options: PrepareOptions = {}): SimulationResult {
  const prepared = prepareCircuit(circuit, options);
  const analyses = circuit.analyses.map(() => operatingPointAnalysis(prepared));
  return { title: circuit.title, analyses, measures: [], diagnostics: circuit.diagnostics };
}

/** The operating point alone, whatever analyses the circuit asks for. */
export function operatingPoint(circuit: Circuit, options: PrepareOptions = {}): AnalysisResult {
  return operatingPointAnalysis(prepareCircuit(circuit, options));
}
