import type { SwitchingCurve } from '../../calibration/index.js';
import type { ArrayParasitics } from '../../crossbar/index.js';
import { defaultMapping, type LayerMapping, type Mapping } from '../../network/index.js';
import { mappingWithGains } from '../../training/index.js';
import type { Diagnostic } from '../../errors/index.js';
import type { Experiment } from '../schema.js';
import type { StochasticModel } from '../model.js';
import type { ArrayFigures } from './netlist-stage.js';

/** The mapping that an experiment asks for, on the cells that the netlist shows. */
export function effectiveMapping({ name, mapping }: Experiment, figures: ArrayFigures): Mapping {
  const { cell, layers } = mapping;
  return {
    ...defaultMapping,
    name,
    weightBits: mapping.weightBits,
    bitsPerSlice: mapping.bitsPerSlice,
    activationBits: mapping.activationBits,
    bitsPerStream: mapping.bitsPerStream,
    encoding: mapping.encoding,
    rowsPerArray: mapping.rows,
    columnsPerArray: mapping.columns,
    chunkRule: mapping.chunks,
    policy: { first: mapping.first, last: mapping.last },
    cell: {
      onSiemens: cell.on === undefined ? figures.onSiemens : 1 / cell.on,
      offSiemens: cell.off === undefined ? figures.offSiemens : 1 / cell.off,
      readVolt: cell.read ?? figures.readVolt,
    },
    layers: layers as Readonly<Record<string, Partial<LayerMapping>>>,
  };
}

/** Wires and ends of the arrays: the experiment's, else the netlist's. */
export const effectiveWires = (
  { crossbar }: Experiment,
  figures: ArrayFigures,
): ArrayParasitics => ({
  wire: {
    wordLine: crossbar.wordLine ?? figures.wordLine,
    bitLine: crossbar.bitLine ?? figures.bitLine,
  },
  // The netlist's ends hold the first segment; a crossbar of ours has its own end segments.
  driver: crossbar.driver ?? Math.max(0, figures.driver - figures.wordLine),
  load: crossbar.load ?? Math.max(0, figures.load - figures.bitLine),
});

/**
 * The mapping with what training settled for each layer's inputs and arrays: encodings and scales of
 * activations, bias rows. The experiment's own settings of a layer win; bias rows hold only for the arrays
 * they were learned on. Weight scales belong to the trained weights (`withGains`), not to the float twin's.
 */
export function asTrained(mapping: Mapping, { mapping: trained }: StochasticModel): Mapping {
  const sameArrays =
    mapping.rowsPerArray === trained.rowsPerArray && mapping.chunkRule === trained.chunkRule;
  const layers: Record<string, Partial<LayerMapping>> = { ...mapping.layers };
  for (const [name, own] of Object.entries(trained.layers ?? {})) {
    const { gain, weightScale, biasRow, ...settled } = own;
    void [gain, weightScale];
    const bias = biasRow !== undefined && sameArrays ? { biasRow } : {};
    layers[name] = { ...settled, ...bias, ...layers[name] };
  }
  return { ...mapping, layers };
}

/** The mapping with the trained weights' scales, and gains as current-mirror ratios for this curve and these cells. */
export function withGains(
  mapping: Mapping,
  curve: SwitchingCurve,
  { mapping: trained, gainsInWidths }: StochasticModel,
): Mapping {
  const layers: Record<string, Partial<LayerMapping>> = { ...mapping.layers };
  for (const [name, { weightScale }] of Object.entries(trained.layers ?? {}))
    if (weightScale !== undefined) layers[name] = { weightScale, ...layers[name] };
  return mappingWithGains(
    { mapping: { ...mapping, layers }, converter: { kind: 'mtj', curve, samples: 1 } },
    gainsInWidths,
  );
}

const COMPARED = [
  'weightBits',
  'bitsPerSlice',
  'activationBits',
  'bitsPerStream',
  'encoding',
  'rowsPerArray',
  'chunkRule',
  'policy',
] as const satisfies readonly (keyof Mapping)[];

/** A warning for every way in which the network was trained otherwise than it is now mapped. */
export function mappingDifferences(
  mapping: Mapping,
  { mapping: trained }: StochasticModel,
  file: string,
): Diagnostic[] {
  return COMPARED.filter(
    (key) => JSON.stringify(mapping[key]) !== JSON.stringify(trained[key]),
  ).map((key) => ({
    severity: 'warning',
    code: 'experiment.mapping-differs',
    what: `${key} is ${JSON.stringify(mapping[key])}, the network was trained with ${JSON.stringify(trained[key])}`,
    where: { file, keyPath: 'mapping' },
    why: 'a network trained through partial sums lives with the arrays it was trained on',
    mend: 'train it again with `spinbar train`, or expect a loss of accuracy',
  }));
}
