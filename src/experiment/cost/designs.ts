import {
  layerWorkOf,
  libraryAssumptions,
  mtjAssumptions,
  mtjPrice,
  supplyFactor,
  type Assumption,
  type ColumnCurrents,
  type Design,
  type MtjReadout,
  type Organisation,
} from '../../architecture/index.js';
import { invalidInput } from '../../errors/index.js';
import {
  pixelNormaliser,
  profilePartialSums,
  type LayerProfile,
  type Mapping,
} from '../../network/index.js';
import { readLibrary, readReadout, type LoadedLibrary } from './component-files.js';
import type { CostSubject } from './subject.js';

/** The experiment's own design, the references beside it, and what their prices assume. */
export interface DesignSet {
  readonly subject: CostSubject;
  readonly own: Design;
  readonly references: readonly Design[];
  readonly library: LoadedLibrary;
  readonly readout: MtjReadout;
  readonly assumptions: readonly Assumption[];
  /** Root mean square of the currents that each layer's magnets see (A); empty without magnets. */
  readonly currents: Readonly<Record<string, ColumnCurrents>>;
}

/** Images whose partial sums give the column currents. */
const PROFILED_IMAGES = 8;

/** Builds every design of an experiment. `path` is the file that its component names are relative to. */
export function designsOf(subject: CostSubject, path: string): DesignSet {
  const { architecture, graph, weights, mapping, converter, magnet } = subject;
  const library = readLibrary(architecture.components, path);
  const readout = readReadout(architecture.readout, path);
  const base = {
    mode: architecture.mode,
    replication: architecture.replication,
    arraysPerTile: architecture.arraysPerTile,
    hopsPerByte: architecture.hopsPerByte,
    settleSecond: architecture.settle,
    digitalUnits: architecture.digitalUnits,
  } satisfies Omit<Organisation, 'converter' | 'shiftAddUnits'>;
  const works = layerWorkOf(graph, weights, mapping, converter);
  if (converter.kind !== 'mtj' || !magnet) throw noMagnet(path, converter.kind);
  const currents = columnCurrents(subject);
  const price = (layer: ColumnCurrents) =>
    mtjPrice(magnet.device.mtj, magnet.protocol, readout, layer);
  const byLayer = Object.fromEntries(
    Object.entries(currents).map(([layer, moments]) => [layer, price(moments)]),
  );
  const own: Design = {
    name: 'SOT-MTJ',
    works,
    library: library.library,
    organisation: {
      ...base,
      shiftAddUnits: architecture.shiftAddUnits,
      converter: { kind: 'mtj', price: Object.values(byLayer)[0], byLayer },
    },
  };
  const references = architecture.references.map(
    ({ name, mapping: change, ...design }, index): Design => {
      const columns = change.columnsPerArray ?? mapping.columnsPerArray;
      if (design.columnsPerConverter > columns)
        throw invalidInput({
          code: 'cost.columns-per-converter',
          what: `${design.columnsPerConverter} columns share a converter, but an array has ${columns}`,
          where: { file: path, keyPath: `architecture.references[${index}].columnsPerConverter` },
          mend: 'take at most the columns of one array',
        });
      return {
        name,
        works: layerWorkOf(graph, weights, changed(mapping, change as MappingChange), {
          kind: 'ideal',
        }),
        library: library.library,
        organisation: {
          ...base,
          shiftAddUnits: Math.ceil(columns / design.columnsPerConverter),
          converter: design,
        },
      };
    },
  );
  return {
    subject,
    own,
    references,
    library,
    readout,
    currents,
    assumptions: [
      ...libraryAssumptions(library.library),
      ...mtjAssumptions(
        readout.source,
        readout.spread,
        supplyFactor(magnet.device.mtj, magnet.protocol, readout),
      ),
    ],
  };
}

type MappingChange = Partial<
  Record<'bitsPerSlice' | 'bitsPerStream' | 'rowsPerArray' | 'columnsPerArray', number>
>;

/** The mapping with a reference design's own bits and arrays, in every layer. */
function changed(mapping: Mapping, change: MappingChange): Mapping {
  const layers = Object.fromEntries(
    Object.entries(mapping.layers ?? {}).map(([layer, own]) => [layer, { ...own, ...change }]),
  );
  return { ...mapping, ...change, layers };
}

/** Mean and mean square of the column currents of each mapped layer on the first test images. */
function columnCurrents(subject: CostSubject): Readonly<Record<string, ColumnCurrents>> {
  const { graph, weights, mapping, converter, data } = subject;
  const { pixels, labels } = data('test', `0:${PROFILED_IMAGES}`);
  const size = pixels.length / labels.length;
  const prepare = pixelNormaliser(graph);
  const inputs = Array.from({ length: labels.length }, (_, i) =>
    prepare(pixels.subarray(i * size, (i + 1) * size)),
  );
  const profiles = profilePartialSums({ graph, weights, mapping, converter, inputs, seed: 1 });
  const shift =
    converter.kind === 'mtj' && converter.curve.protocol.kind === 'reset-and-pulse'
      ? converter.curve.fit.centreAmpere
      : 0;
  return Object.fromEntries(profiles.map((profile) => [profile.layer, moments(profile, shift)]));
}

/** Moments of perUnit (PS + bias) + shift, the bias of all columns taken at the middle of its range. */
function moments({ histogram, limit, perUnit, bias }: LayerProfile, shift: number): ColumnCurrents {
  const middle = (bias[0] + bias[1]) / 2;
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (const [level, times] of histogram.entries()) {
    const current = perUnit * (level - limit + middle) + shift;
    count += times;
    sum += times * current;
    squares += times * current ** 2;
  }
  return { meanAmpere: sum / count, meanSquareAmpere: squares / count };
}

const noMagnet = (file: string, kind: string) =>
  invalidInput({
    code: 'cost.no-magnet',
    what: `the price of a ${kind} converter is not known`,
    where: { file, keyPath: kind === 'mtj' ? 'architecture.device' : 'converter.kind' },
    why: 'the cost of a conversion comes from a device, its protocol and the currents of its curve',
    mend: 'take a converter of kind mtj with a calibrated curve, and name `architecture.device` and `architecture.protocol`',
  });
