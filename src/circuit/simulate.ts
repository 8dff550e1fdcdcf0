import type { Diagnostic } from '../errors/index.js';
import type { Analysis, Circuit } from '../netlist/index.js';
import { acAnalysis } from './analyses/ac.js';
import { dcSweepAnalysis } from './analyses/dc-sweep.js';
import { noiseAnalysis } from './analyses/noise.js';
import { operatingPointAnalysis } from './analyses/operating-point.js';
import {
  mergeOverrides,
  overridesAt,
  rememberDevices,
  setDevices,
  sweepPoints,
  type Overrides,
  type Rebuild,
} from './analyses/sweep-target.js';
import { sensitivityAnalysis, transferFunctionAnalysis } from './analyses/transfer-function.js';
import { transientAnalysis } from './analyses/transient.js';
import { measure } from './measure/measure.js';
import type { ProbeContext } from './measure/probe.js';
import { withRequestedVectors } from './output/printed-vectors.js';
import {
  deviceValue,
  prepareCircuit,
  type PreparedCircuit,
  type PrepareOptions,
} from './prepared-circuit.js';
import type { AnalysisResult, MeasureResult, SimulationResult } from './result.js';

export interface SimulateOptions extends PrepareOptions {
  /** Elaborates the same netlist with other parameters: needed to sweep or step a parameter. */
  readonly reelaborate?: (overrides: {
    parameters?: Readonly<Record<string, number>>;
    temperatureCelsius?: number;
  }) => Circuit;
  /** Points of the `.step` loops to run, by index (the first loop innermost); all where absent. */
  readonly points?: readonly number[];
  /** Monte Carlo trial that the circuit was elaborated for: named among the step's values. */
  readonly trial?: number;
}

/**
 * Runs every analysis of a circuit for every `.step`, in netlist order, then its measures.
 * @throws SpinbarError: exit code 3 for what is wrong with the circuit, 4 when the numbers fail.
 */
export function simulate(circuit: Circuit, options: SimulateOptions = {}): SimulationResult {
  const analyses: AnalysisResult[] = [];
  const measures: MeasureResult[] = [];
  const { steps } = circuit;
  const { points, trial } = options;
  const all = [...sweepPoints(steps)];
  for (const indices of points ? points.map((index) => all[index]) : all) {
    const outer = overridesAt(steps, indices);
    const step: Record<string, number> = {
      ...(trial === undefined ? {} : { trial }),
      ...Object.fromEntries(
        steps.map(({ name, values }, loop) => [name, values[0][indices[loop]]]),
      ),
    };
    const stepped = Object.keys(step).length > 0;
    const values = new Map<string, number | undefined>();
    const base = rebuilt(circuit, outer, options);
    for (const analysis of base.analyses) {
      const prepare = (overrides: Overrides): PreparedCircuit => {
        const merged = mergeOverrides(outer, overrides);
        const prepared = prepareCircuit(rebuilt(circuit, merged, options), options);
        rememberDevices(prepared, steps);
        setDevices(prepared, steps, indices);
        return prepared;
      };
      const prepared = prepare({});
      const context: ProbeContext = {
        circuit: base,
        measures: values,
        deviceQuantity: (device, parameter) => deviceValue(prepared, device, parameter) ?? NaN,
      };
      const plain = runAnalysis(prepared, analysis, prepare);
      const result = stepped ? { ...plain, step } : plain;
      for (const description of base.measures) {
        if (description.analysis !== analysis.kind) continue;
        const measured = measure(description, result, context);
        values.set(measured.name, measured.value);
        measures.push(measured);
      }
      analyses.push(withRequestedVectors(result, base.outputs, context));
    }
  }
  const diagnostics = [...circuit.diagnostics, ...measures.flatMap(failedMeasure)];
  return { title: circuit.title, analyses, measures, diagnostics };
}

function failedMeasure({ name, failure }: MeasureResult): Diagnostic[] {
  if (failure === undefined) return [];
  return [
    {
      severity: 'warning',
      code: 'circuit.measure-failed',
      what: `.measure ${name} found nothing`,
      why: failure,
    },
  ];
}

/** The circuit with other parameters, temperature or model values. */
function rebuilt(
  circuit: Circuit,
  { parameters, temperature, models }: Overrides,
  { reelaborate }: SimulateOptions,
): Circuit {
  let changed = circuit;
  if (parameters !== undefined || temperature !== undefined) {
    if (reelaborate) {
      changed = reelaborate({
        ...(parameters ? { parameters } : {}),
        ...(temperature === undefined ? {} : { temperatureCelsius: temperature }),
      });
    } else if (parameters !== undefined) {
      throw new RangeError('sweeping a parameter needs simulate(circuit, { reelaborate })');
    } else changed = { ...circuit, temperature: temperature! + 273.15 };
  }
  if (models === undefined) return changed;
  const cards = new Map(changed.models);
  for (const [path, value] of Object.entries(models)) {
    const dot = path.lastIndexOf('.');
    const card = cards.get(path.slice(0, dot));
    if (!card) continue;
    cards.set(card.name, {
      ...card,
      parameters: { ...card.parameters, [path.slice(dot + 1)]: value },
    });
  }
  return { ...changed, models: cards };
}

function runAnalysis(
  prepared: PreparedCircuit,
  analysis: Analysis,
  rebuild: Rebuild,
): AnalysisResult {
  switch (analysis.kind) {
    case 'op':
      return operatingPointAnalysis(prepared);
    case 'dc':
      return dcSweepAnalysis(prepared, analysis, rebuild);
    case 'ac':
      return acAnalysis(prepared, analysis);
    case 'tran':
      return transientAnalysis(prepared, analysis);
    case 'tf':
      return transferFunctionAnalysis(prepared, analysis);
    case 'sens':
      return sensitivityAnalysis(prepared, analysis);
    case 'noise':
      return noiseAnalysis(prepared, analysis);
  }
}

/** The operating point alone, whatever analyses the circuit asks for. */
export function operatingPoint(circuit: Circuit, options: PrepareOptions = {}): AnalysisResult {
  return operatingPointAnalysis(prepareCircuit(circuit, options));
}
