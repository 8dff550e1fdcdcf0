import {
  layerWorkOf,
  libraryAssumptions,
  mtjAssumptions,
  mtjPrice,
  replicateWithin,
  scaleLibrary,
  supplyFactor,
  type Assumption,
  type ColumnCurrents,
  type ConverterDesign,
  type Design,
  type MtjReadout,
  type Organisation,
  type ScaledLibrary,
} from '../../architecture/index.js';
import { invalidInput } from '../../errors/index.js';
import type { Converter, Mapping } from '../../network/index.js';
import { columnCurrents } from './column-currents.js';
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
  /** Moments of the currents that each layer's magnets see; empty without magnets. */
  readonly currents: Readonly<Record<string, ColumnCurrents>>;
  /** What is mixed, scaled or exceeded, in words; empty where one set at its own node says all. */
  readonly remarks: readonly string[];
  /** The experiment's own mapping with another converter: what the rows of a run cost. */
  readonly designFor: (converter: Converter, name: string) => Design;
}

export interface DesignOptions {
  /** Column currents known from elsewhere, such as the neighbouring points of a sweep. */
  readonly currents?: () => Readonly<Record<string, ColumnCurrents>>;
  /** Whether the designs of reference are wanted; true when left out. */
  readonly references?: boolean;
}

/** Builds every design of an experiment. `path` is the file that its component names are relative to. */
export function designsOf(
  subject: CostSubject,
  path: string,
  options: DesignOptions = {},
): DesignSet {
  const { architecture, graph, weights, mapping, magnet } = subject;
  const library = readLibrary(architecture.components, path);
  const readout = readReadout(architecture.readout, path);
  const parts = partsOf(library, architecture.node);
  const remarks = [...parts.remarks];
  let found: Readonly<Record<string, ColumnCurrents>> | undefined;
  const currents = () => (found ??= (options.currents ?? (() => columnCurrents(subject)))());
  const priced = (converter: Converter): ConverterDesign =>
    converter.kind === 'mtj'
      ? magnets(subject, readout, path, currents)
      : adcOf(subject, converter, path);

  const build = (
    name: string,
    { works, converter }: { works: Design['works']; converter: ConverterDesign },
  ): Design => {
    const design: Design = {
      name,
      works,
      library: parts.library,
      organisation: {
        mode: architecture.mode,
        replication: architecture.replication,
        arraysPerTile: architecture.arraysPerTile,
        hopsPerByte: architecture.hopsPerByte,
        settleSecond: architecture.settle,
        digitalUnits: architecture.digitalUnits,
        adcFactors: parts.adcFactors,
        shiftAddUnits: architecture.shiftAddUnits,
        converter,
      } satisfies Organisation,
    };
    if (architecture.areaBudget === undefined) return design;
    const spent = replicateWithin(design, architecture.areaBudget);
    if (spent.overBudget)
      remarks.push(
        `${name} takes ${(spent.areaSquareMetre * 1e6).toPrecision(3)} mm2 with one copy of each layer, above the area budget`,
      );
    return spent.design;
  };
  const designFor = (converter: Converter, name: string): Design =>
    build(name, {
      works: layerWorkOf(graph, weights, mapping, converter),
      converter: priced(converter),
    });
  const own = designFor(subject.converter, nameOf(subject.converter));
  const wanted = options.references === false ? [] : architecture.references;
  const references = wanted.map(({ name, mapping: change, ...design }, index): Design => {
    const columns = change.columnsPerArray ?? mapping.columnsPerArray;
    const keyPath = `architecture.references[${index}].columnsPerConverter`;
    checkColumns(design.columnsPerConverter, columns, { file: path, keyPath });
    const changedMapping = changed(mapping, change as MappingChange);
    return build(name, {
      works: layerWorkOf(graph, weights, changedMapping, { kind: 'ideal' }),
      converter: design,
    });
  });
  const withMagnets = own.organisation.converter.kind === 'mtj';
  if (withMagnets && Math.abs(readout.node - parts.library.node) > 1e-12)
    remarks.push(
      `mixed: the read-out ${readout.name} is stated at ${nanometre(readout.node)}, ${library.library.name} at ${nanometre(parts.library.node)}`,
    );
  return {
    subject,
    own,
    references,
    library: { ...library, library: parts.library },
    readout,
    get currents() {
      return withMagnets ? currents() : {};
    },
    remarks,
    designFor,
    assumptions: [
      ...libraryAssumptions(parts.library),
      ...(magnet
        ? mtjAssumptions(
            readout.source,
            readout.spread,
            supplyFactor(magnet.device.mtj, magnet.protocol, readout),
          )
        : []),
    ],
  };
}

const nanometre = (metre: number): string => `${(metre * 1e9).toPrecision(3)} nm`;

/** The set at the node that is asked for, with what it mixes. */
function partsOf(
  { library, origins, files }: LoadedLibrary,
  node: number | undefined,
): Pick<ScaledLibrary, 'library' | 'adcFactors'> & { readonly remarks: readonly string[] } {
  const others = [...new Set(Object.values(origins))].filter((name) => name !== library.name);
  const remarks = others.map((name) => {
    const keys = Object.keys(origins).filter((key) => origins[key] === name);
    return `mixed: ${library.name} takes ${keys.join(', ')} from ${name}`;
  });
  if (node === undefined || Math.abs(node - library.node) < 1e-12)
    return { library, adcFactors: {}, remarks };
  const scaled = scaleLibrary(library, node, files[0]);
  return {
    ...scaled,
    remarks: [
      ...remarks,
      `scaled from ${nanometre(library.node)} to ${nanometre(node)}: ${Object.entries(scaled.rules)
        .map(([part, rule]) => `${part} ${rule}`)
        .join(', ')}`,
    ],
  };
}

const nameOf = (converter: Converter): string =>
  converter.kind === 'mtj' ? 'SOT-MTJ' : converter.kind;

/** Magnets with the price of every layer's own currents. */
function magnets(
  { architecture, mapping, magnet }: CostSubject,
  readout: MtjReadout,
  file: string,
  currents: () => Readonly<Record<string, ColumnCurrents>>,
): ConverterDesign {
  if (!magnet) throw noPrice(file, 'mtj');
  const columnsPerConverter = architecture.columnsPerConverter ?? 1;
  const keyPath = 'architecture.columnsPerConverter';
  checkColumns(columnsPerConverter, mapping.columnsPerArray, { file, keyPath });
  const byLayer = Object.fromEntries(
    Object.entries(currents()).map(([layer, moments]) => [
      layer,
      mtjPrice(magnet.device.mtj, magnet.protocol, readout, moments),
    ]),
  );
  const [price] = Object.values(byLayer);
  return { kind: 'mtj', price, byLayer, columnsPerConverter };
}

/** ADC of a network that is read by one; exact partial sums take as many bits as lose nothing. */
function adcOf(
  { architecture, mapping }: CostSubject,
  converter: Converter,
  file: string,
): ConverterDesign {
  const columnsPerConverter = architecture.columnsPerConverter ?? mapping.columnsPerArray;
  const keyPath = 'architecture.columnsPerConverter';
  checkColumns(columnsPerConverter, mapping.columnsPerArray, { file, keyPath });
  switch (converter.kind) {
    case 'ideal':
      return { kind: 'adc', bits: 'full', columnsPerConverter };
    case 'sign':
      return { kind: 'adc', bits: 1, columnsPerConverter };
    case 'adc': {
      const { bits, topSliceBits } = converter;
      return topSliceBits === undefined
        ? { kind: 'adc', bits, columnsPerConverter }
        : { kind: 'sparse-adc', bits, topSliceBits, columnsPerConverter };
    }
    default:
      throw noPrice(file, converter.kind);
  }
}

function checkColumns(
  shared: number,
  columns: number,
  where: { readonly file: string; readonly keyPath: string },
): void {
  if (shared <= columns) return;
  throw invalidInput({
    code: 'cost.columns-per-converter',
    what: `${shared} columns share a converter, but an array has ${columns}`,
    where,
    mend: 'take at most the columns of one array',
  });
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

const noPrice = (file: string, kind: string) =>
  invalidInput({
    code: 'cost.no-magnet',
    what: `the price of a ${kind} converter is not known`,
    where: { file, keyPath: kind === 'mtj' ? 'architecture.device' : 'converter.kind' },
    why: 'the cost of a conversion comes from a device, its protocol and the currents of its curve, or from the bits of an ADC',
    mend: 'take a converter of kind mtj with a calibrated curve and name `architecture.device` and `architecture.protocol`, or take an adc',
  });
