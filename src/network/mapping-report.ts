import { streamPlan } from './activation-streams.js';
import { chunkRows } from './chunks.js';
import { samplesAt, samplesOf, type Converter } from './converter.js';
import { matrixNodes, type Graph } from './graph.js';
import { isMapped, layerMapping, type LayerMapping, type Mapping } from './mapping.js';
import { nodeGeometry } from './node-geometry.js';
import { inferShapes } from './shapes.js';
import type { Weights } from './tensor.js';

/** One mapped layer as arrays and events. */
export interface LayerReport {
  readonly layer: string;
  readonly rows: number;
  readonly columns: number;
  readonly pixels: number;
  readonly slices: number;
  readonly streams: number;
  readonly chunks: number;
  readonly samples: number;
  /** Arrays of at most rowsPerArray x columnsPerArray; the slices of an output stand side by side. */
  readonly tiles: number;
  /** Share of the tiles' cells that hold a weight digit. */
  readonly utilisation: number;
  /** Cells that hold a digit, both of a differential pair. */
  readonly devices: number;
  /** Conversions of one image; each of the T samples counts. */
  readonly conversions: number;
}

export interface MappingReport {
  readonly layers: readonly LayerReport[];
  readonly tiles: number;
  readonly devices: number;
  readonly conversionsPerImage: number;
  /** What no chip realises, in words; empty when all is realisable. */
  readonly notRealisable: readonly string[];
}

/** Counts what a mapping makes of a network. */
export function mappingReport(
  graph: Graph,
  weights: Weights,
  mapping: Mapping,
  converter: Converter,
): MappingReport {
  const shapes = inferShapes(graph, weights);
  const names = matrixNodes(graph).map(({ name }) => name);
  const mapped = matrixNodes(graph).filter(({ name }) => isMapped(mapping, name, names));
  const layers = mapped.map((node): LayerReport => {
    const own = layerMapping(mapping, node.name);
    const { rows, columns, pixels, groups } = nodeGeometry(node, shapes, weights);
    const slices = sliceCount(own);
    const streams = streamPlan(own).coefficients.length;
    const chunks = chunkRows(rows, own);
    const samples = samplesOfConverter(converter, node.name);
    const acrossTiles = Math.ceil(((columns / groups) * slices) / own.columnsPerArray);
    const tiles = chunks.length * acrossTiles * groups;
    const digits = rows * columns * slices;
    return {
      layer: node.name,
      rows,
      columns,
      pixels,
      slices,
      streams,
      chunks: chunks.length,
      samples,
      tiles,
      utilisation: digits / (tiles * own.rowsPerArray * own.columnsPerArray),
      devices: digits * devicesPerDigit(own),
      conversions:
        pixels * columns * chunks.length * totalSamples(converter, node.name, slices, streams),
    };
  });
  const sum = (field: 'tiles' | 'devices' | 'conversions'): number =>
    layers.reduce((total, layer) => total + layer[field], 0);
  return {
    layers,
    tiles: sum('tiles'),
    devices: sum('devices'),
    conversionsPerImage: sum('conversions'),
    notRealisable: layers
      .filter(({ layer }) => layerMapping(mapping, layer).normalisation.kind === 'per-pixel')
      .map(({ layer }) => `${layer}: per-pixel normalisation of partial sums is no static gain`),
  };
}

/** Slices (converted column groups) that a weight is cut into. */
export function sliceCount({
  weightBits,
  bitsPerSlice,
  signedScheme,
  weightQuantiser,
}: LayerMapping): number {
  if (weightQuantiser.kind === 'away-from-zero') return 1;
  const magnitude = Math.ceil((weightBits - 1) / bitsPerSlice);
  switch (signedScheme) {
    case 'differential':
    case 'offset-column':
      return Math.ceil(weightBits / bitsPerSlice);
    case 'sign-magnitude':
      return magnitude;
    case 'twos-complement':
      return magnitude + 1;
    case 'separate-arrays':
      return 2 * magnitude;
  }
}

const devicesPerDigit = ({ signedScheme }: LayerMapping): number =>
  signedScheme === 'differential' || signedScheme === 'sign-magnitude' ? 2 : 1;

/** T summed over all slices and streams. */
function totalSamples(
  converter: Converter,
  layer: string,
  slices: number,
  streams: number,
): number {
  const samples = converter.kind === 'mtj' || converter.kind === 'tanh' ? converter.samples : 1;
  if (typeof samples === 'string') return slices * streams;
  let total = 0;
  for (let s = 0; s < slices; s += 1)
    for (let t = 0; t < streams; t += 1) total += samplesAt(samples, layer, s, t);
  return total;
}

function samplesOfConverter(converter: Converter, layer: string): number {
  if (converter.kind === 'mtj') return samplesOf(converter.samples, layer);
  if (converter.kind === 'tanh' && typeof converter.samples !== 'string')
    return samplesOf(converter.samples, layer);
  return 1;
}
