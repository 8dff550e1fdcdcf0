import type { NdArray } from 'ndarray';
import type { Diagnostic } from '../errors/index.js';
import type { AnalysisKind } from '../netlist/index.js';

/** What one analysis gave: a table with a row for each point and a column for each vector. */
export interface AnalysisResult {
  readonly kind: AnalysisKind;
  /** Values of the `.step` variables, by name; absent without `.step`. */
  readonly step?: Readonly<Record<string, number>>;
  /** Abscissa: `time` (s), `frequency` (Hz) or the swept quantity; absent for op, tf and sens. */
  readonly sweep?: { readonly name: string; readonly values: Float64Array };
  /** Values of the outer sweep of a nested dc analysis, row by row. */
  readonly outerSweeps?: readonly { readonly name: string; readonly values: Float64Array }[];
  /** Vector names as ngspice has them, lower case: `v(out)`, `i(v1)`. V and A. */
  readonly names: readonly string[];
  /** points x vectors. */
  readonly values: NdArray<Float64Array>;
  /** Imaginary parts of an ac analysis, points x vectors. */
  readonly imaginary?: NdArray<Float64Array>;
  readonly statistics: SolverStatistics;
}

export interface SolverStatistics {
  readonly unknowns: number;
  readonly points: number;
  readonly newtonIterations: number;
  readonly factorisations: number;
  readonly solver: 'ldl' | 'lu';
  /** How the operating point was found. */
  readonly strategy?: string;
  /** Time steps that were rejected. */
  readonly rejectedSteps?: number;
}

/** Value of a `.measure`; undefined when it found nothing. */
export interface MeasureResult {
  readonly name: string;
  readonly value: number | undefined;
  /** Why it failed. */
  readonly failure?: string;
  readonly step?: Readonly<Record<string, number>>;
}

export interface SimulationResult {
  readonly title: string;
  readonly analyses: readonly AnalysisResult[];
  readonly measures: readonly MeasureResult[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * One vector of a result, as a copy; undefined when it is not there. `part` picks the imaginary
 * part of an ac analysis.
 */
export function vectorOf(
  { names, values, imaginary }: AnalysisResult,
  name: string,
  part: 'real' | 'imaginary' = 'real',
): Float64Array | undefined {
  const column = names.indexOf(name.toLowerCase());
  const table = part === 'real' ? values : imaginary;
  if (column < 0 || !table) return undefined;
  const [points, width] = table.shape;
  const vector = new Float64Array(points);
  for (let row = 0; row < points; row++) vector[row] = table.data[row * width + column];
  return vector;
}
