import ndarray from 'ndarray';
import type { OutputRequest } from '../../netlist/index.js';
import { probe, type ProbeContext } from '../measure/probe.js';
import type { AnalysisResult } from '../result.js';

/**
 * Adds the expressions that `.print`, `.plot`, `.probe` and `.save` name to a result as further
 * vectors, and, where a `.save` limits the result, drops what it does not name.
 */
export function withRequestedVectors(
  analysis: AnalysisResult,
  requests: readonly OutputRequest[],
  context: ProbeContext,
): AnalysisResult {
  const mine = requests.filter(
    (request) => request.analysis === undefined || request.analysis === analysis.kind,
  );
  const known = new Set(analysis.names);
  const extra = new Map<string, Float64Array>();
  for (const { variables } of mine) {
    for (const { label, behaviour } of variables) {
      if (known.has(label) || extra.has(label)) continue;
      extra.set(label, probe(behaviour, analysis, context));
    }
  }
  const saves = mine.filter(({ directive }) => directive === 'save');
  const limited = saves.length > 0 && !saves.some(({ all }) => all);
  const named = new Set(mine.flatMap(({ variables }) => variables.map(({ label }) => label)));
  const kept = limited ? analysis.names.filter((name) => named.has(name)) : analysis.names;
  if (extra.size === 0 && kept.length === analysis.names.length) return analysis;
  return rebuilt(analysis, kept, extra);
}

function rebuilt(
  analysis: AnalysisResult,
  kept: readonly string[],
  extra: ReadonlyMap<string, Float64Array>,
): AnalysisResult {
  const names = [...kept, ...extra.keys()];
  const [points, oldWidth] = analysis.values.shape;
  const width = names.length;
  const position = new Map(analysis.names.map((name, k) => [name, k]));
  const source = kept.map((name) => position.get(name)!);
  const copy = (table: AnalysisResult['values'], added: boolean) => {
    const data = new Float64Array(points * width);
    for (let row = 0; row < points; row++) {
      source.forEach((column, k) => (data[row * width + k] = table.data[row * oldWidth + column]));
    }
    if (added) {
      [...extra.values()].forEach((values, k) => {
        for (let row = 0; row < points; row++) data[row * width + kept.length + k] = values[row];
      });
    }
    return ndarray(data, [points, width]);
  };
  return {
    ...analysis,
    names,
    values: copy(analysis.values, true),
    ...(analysis.imaginary ? { imaginary: copy(analysis.imaginary, false) } : {}),
  };
}
