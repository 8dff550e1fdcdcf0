import { invalidInput } from '../../errors/index.js';
import {
  mappingReport,
  matrixNodes,
  type Converter,
  type Graph,
  type Mapping,
  type Samples,
  type Weights,
} from '../../network/index.js';

/**
 * T as a row of results shows it: samples over conversions of one image, to two decimals. The same number
 * where all layers share one T; 0 for converters that do not sample.
 */
export function meanSamples(
  { graph, weights }: { readonly graph: Graph; readonly weights: Weights },
  mapping: Mapping,
  converter: Converter,
): number {
  if (converter.kind !== 'mtj' && converter.kind !== 'tanh') return 0;
  if (typeof converter.samples === 'string') return 0;
  if (typeof converter.samples === 'number') return converter.samples;
  const once: Converter = { ...converter, samples: 1 };
  const conversions = (one: Converter): number =>
    mappingReport(graph, weights, mapping, one).conversionsPerImage;
  return Number((conversions(converter) / conversions(once)).toFixed(2));
}

/** Throws invalidInput where samples are given for a layer that the graph does not have. */
export function checkSampleLayers(
  samples: Samples,
  graph: Graph,
  where: { readonly file: string; readonly keyPath: string },
): void {
  if (typeof samples === 'number') return;
  const names = matrixNodes(graph).map(({ name }) => name);
  const unknown = Object.keys(samples.layers).filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw invalidInput(
    unknown.map((name) => ({
      code: 'experiment.unknown-layer',
      what: `samples are given for layer "${name}", which the network does not have`,
      where: { ...where, keyPath: `${where.keyPath}.layers.${name}` },
      mend: `layers are: ${names.join(', ')}`,
    })),
  );
}
