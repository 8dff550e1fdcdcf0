import ndarray from 'ndarray';
import { invalidInput } from '../../errors/index.js';
import { didYouMean } from '../../units/index.js';
import type { AnalysisResult, SimulationResult } from '../result.js';

/**
 * The result with only the named vectors, in the order asked for. Throws invalidInput for a name that no
 * analysis has; an analysis that has none of them keeps an empty table.
 */
export function selectVectors(
  result: SimulationResult,
  wanted: readonly string[],
): SimulationResult {
  const names = wanted.map((name) => name.toLowerCase().replace(/\s/g, ''));
  const known = [...new Set(result.analyses.flatMap((analysis) => analysis.names))];
  const missing = names.filter((name) => !known.includes(name));
  if (missing.length > 0)
    throw invalidInput(
      missing.map((name) => {
        const guess = didYouMean(name, known);
        return {
          code: 'circuit.unknown-vector',
          what: `no analysis has a vector ${name}`,
          mend: guess === undefined ? 'see --json for all vectors' : `did you mean ${guess}?`,
        };
      }),
    );
  return { ...result, analyses: result.analyses.map((analysis) => selected(analysis, names)) };
}

function selected(analysis: AnalysisResult, wanted: readonly string[]): AnalysisResult {
  const columns = wanted
    .map((name) => analysis.names.indexOf(name))
    .filter((column) => column >= 0);
  const [points, width] = analysis.values.shape;
  const table = ({ data }: AnalysisResult['values']) => {
    const kept = new Float64Array(points * columns.length);
    for (let row = 0; row < points; row += 1)
      columns.forEach((column, k) => (kept[row * columns.length + k] = data[row * width + column]));
    return ndarray(kept, [points, columns.length]);
  };
  return {
    ...analysis,
    names: columns.map((column) => analysis.names[column]),
    values: table(analysis.values),
    ...(analysis.imaginary ? { imaginary: table(analysis.imaginary) } : {}),
  };
}
