import type { SwitchingCurve } from '../../calibration/index.js';
import { defaultMapping, type LayerMapping, type Mapping } from '../../network/index.js';
import { mappingWithGains } from '../../training/index.js';
import type { Diagnostic } from '../../errors/index.js';
import type { Experiment } from '../schema.js';
import type { StochasticModel } from '../model.js';
import type { ArrayFigures } from './netlist-stage.js';
import type { Wires } from './tile-crossbar.js';

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
export const effectiveWires = ({ crossbar }: Experiment, figures: ArrayFigures): Wires => ({
  wire: {
    wordLine: crossbar.wordLine ?? figures.wordLine,
    bitLine: crossbar.bitLine ?? figures.bitLine,
  },
  // The netlist's ends hold the first segment; a crossbar of ours has its own end segments.
  driver: crossbar.driver ?? Math.max(0, figures.driver - figures.wordLine),
  load: crossbar.load ?? Math.max(0, figures.load - figures.bitLine),
});

/** The mapping with each layer's gain as a current-mirror ratio for this curve and these cells. */
export const withGains = (
  mapping: Mapping,
  curve: SwitchingCurve,
  { gainsInWidths }: StochasticModel,
): Mapping =>
  mappingWithGains({ mapping, converter: { kind: 'mtj', curve, samples: 1 } }, gainsInWidths);

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
