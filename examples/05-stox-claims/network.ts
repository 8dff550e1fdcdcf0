/** ResNet-20 of StoX-Net on its arrays: what the comparison counts, with or without trained weights. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import {
  layerWorkOf,
  mtjPrice,
  type LayerWork,
  type MtjPrice,
  type MtjReadout,
} from '../../src/architecture/index.js';
import { parseCurve, parseProtocol } from '../../src/calibration/index.js';
import { columnCurrents } from '../../src/experiment/cost/column-currents.js';
import { readDataset } from '../../src/experiment/node/datasets.js';
import { readModel } from '../../src/experiment/node/model-folder.js';
import { withGains } from '../../src/experiment/run/effective-mapping.js';
import { parseDevice } from '../../src/magnetics/index.js';
import { builtInNetwork, defaultMapping, type Mapping } from '../../src/network/index.js';
import { architectureSchema } from '../../src/architecture/index.js';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string): string => readFileSync(at(path), 'utf8');

const DEVICE = 'devices/sot-mtj-in-plane.yaml';
const PROTOCOL = 'devices/protocols/hard-axis-preset.yaml';
const CURVE = 'devices/curves/sot-mtj-in-plane.hard-axis-preset.json';

export const device = parseDevice(read(DEVICE), DEVICE);
export const protocol = parseProtocol(read(PROTOCOL), PROTOCOL);
export const curve = parseCurve(read(CURVE), CURVE);

/** 4-bit weights and activations, R = 128; first and last layer stay digital (HPF), as the weights were trained. */
export const mapping: Mapping = {
  ...defaultMapping,
  policy: { first: 'float', last: 'float' },
};

const trained = trainedFolder();
const model = trained === undefined ? undefined : readModel(trained, 'the trained model');
const builtIn = builtInNetwork('resnet20-stox');
const graph = model?.graph ?? builtIn.graph;
const shapesOnly =
  model?.weights ??
  new Map(
    [...builtIn.shapes].map(([name, shape]) => [
      name,
      { shape, data: new Float32Array(shape.reduce((product, extent) => product * extent, 1)) },
    ]),
  );

/** The work of every layer with digits of so many bits; counts need shapes, not values. */
export const worksOf = (bitsPerSlice: number, bitsPerStream: number): readonly LayerWork[] =>
  layerWorkOf(
    graph,
    shapesOnly,
    { ...mapping, bitsPerSlice, bitsPerStream },
    { kind: 'mtj', curve, samples: 1 },
  );

export interface MagnetPrices {
  readonly price: MtjPrice;
  readonly byLayer: Readonly<Record<string, MtjPrice>>;
  /** Where the column currents come from, for the table of assumptions. */
  readonly source: string;
}

/** Root mean square of the converter's argument that the training keeps, in curve widths (step 6 of examples/04). */
const GAIN_WIDTHS = 1.5;

/**
 * Prices of the magnets: with the column currents of the trained network on CIFAR-10 where both are here, else
 * with the currents that the training holds every layer's gain to.
 */
export function magnetPrices(readout: MtjReadout, dataFolder: string | undefined): MagnetPrices {
  if (model && dataFolder !== undefined && existsSync(dataFolder)) {
    const { graph: own, weights, stochastic } = model;
    if (stochastic) {
      const currents = columnCurrents({
        name: own.name,
        graph: own,
        weights,
        mapping: withGains(stochastic.mapping, curve, stochastic),
        converter: { kind: 'mtj', curve, samples: 1 },
        architecture: architectureSchema.parse({}),
        data: (part, images) => readDataset({ set: 'cifar10', part, folder: dataFolder, images }),
      });
      const byLayer = Object.fromEntries(
        Object.entries(currents).map(([layer, moments]) => [
          layer,
          mtjPrice(device.mtj, protocol, readout, moments),
        ]),
      );
      return {
        byLayer,
        price: Object.values(byLayer)[0],
        source: 'column currents recorded in the trained network on eight test images',
      };
    }
  }
  const squared = (GAIN_WIDTHS * curve.fit.widthAmpere) ** 2;
  return {
    byLayer: {},
    price: mtjPrice(device.mtj, protocol, readout, { meanAmpere: 0, meanSquareAmpere: squared }),
    source: `column currents of ${GAIN_WIDTHS} curve widths (root mean square), which training holds each layer's gain to`,
  };
}

/** The folder of trained weights that examples/04 scores, where it is here. */
export function trainedFolder(): string | undefined {
  const example = 'examples/04-resnet20-cifar10/score.yaml';
  const { weights } = parse(read(example)) as { readonly weights: string };
  const folder = join(dirname(at(example)), weights);
  return existsSync(join(folder, 'model.json')) ? folder : undefined;
}
