import type { AdcFactors } from './adc.js';
import type { ComponentLibrary } from './component-schema.js';
import {
  conversionPrice,
  NO_CONVERSION,
  type ConversionPrice,
  type ConverterDesign,
} from './converter-price.js';
import { columnsInUse, countEvents, type LayerEvents, type LayerWork } from './layer-work.js';
import { schedule, type Schedule } from './schedule.js';

/** How the layers are built and run. */
export interface Organisation {
  readonly converter: ConverterDesign;
  readonly mode: 'layer-by-layer' | 'pipelined';
  /** Copies of a layer's arrays, by layer; 1 where absent. */
  readonly replication?: Readonly<Record<string, number>>;
  /** Arrays that share one buffer, bus and router. */
  readonly arraysPerTile: number;
  /** Routers a byte passes between layers. */
  readonly hopsPerByte: number;
  /**
   * Time for a column current to settle after its rows are driven (s), in every design; absent: the read time
   * of the set's array, or a nanosecond where it states none.
   */
  readonly settleSecond?: number | undefined;
  /**
   * Shift-and-add units of one array, which take its columns in turn; `balanced`: as few as keep adding no
   * slower than converting.
   */
  readonly shiftAddUnits: number | 'balanced';
  /**
   * Multiply-accumulate units that work side by side on one digital layer; `balanced`: as few as keep it no
   * busier than the busiest layer on arrays.
   */
  readonly digitalUnits: number | 'balanced';
  /** Factors on the ADC's price, for the tornado. */
  readonly adcFactors?: AdcFactors;
}

export const COMPONENTS = [
  'arrays',
  'row drivers',
  'sample and hold',
  'converters',
  'shift and add',
  'buffer',
  'bus',
  'router',
  'activation',
  'pooling and joins',
  'digital layers',
  'leakage',
] as const;
export type ComponentName = (typeof COMPONENTS)[number];
type ByComponent = Readonly<Record<ComponentName, number>>;

export interface LayerCost {
  readonly name: string;
  readonly events: LayerEvents;
  /**
   * Energy for one image (J). `leakage` is the static part: the leakage of the layer's hardware over the
   * latency of one image; all others are dynamic.
   */
  readonly energyJoule: ByComponent;
  /** Area of the layer's arrays with their periphery (m^2). */
  readonly areaSquareMetre: ByComponent;
}

/** Cost of one image on one design; every total is the sum of its parts. */
export interface CostReport {
  readonly library: string;
  readonly organisation: Organisation;
  readonly layers: readonly LayerCost[];
  readonly energyJoule: number;
  /** The part of the energy that leakage takes (J). */
  readonly staticJoule: number;
  readonly areaSquareMetre: number;
  readonly schedule: Schedule;
  /** Energy-delay product (J s). */
  readonly energyDelayProduct: number;
  /** 2 operations per multiply-accumulate of the mapped layers, per joule / 1e12. */
  readonly teraOperationsPerJoule: number;
  /** The same operations per second at the pipeline's interval, per mm^2 / 1e12. */
  readonly teraOperationsPerSecondSquareMillimetre: number;
}

/** Counts, prices and schedules one image through the layers. */
export function costOf(
  works: readonly LayerWork[],
  library: ComponentLibrary,
  organisation: Organisation,
): CostReport {
  const onArrays = works.map((work) =>
    work.mapped ? priceMapped(work, library, organisation) : undefined,
  );
  const busiest = Math.max(0, ...onArrays.map((layer) => layer?.busySecond ?? 0));
  const priced = works.map(
    (work, i) => onArrays[i] ?? priceDigital(work, library, { organisation, busiest }),
  );
  const plan = schedule(priced, organisation);
  const layers = priced.map((layer) => layerCost(layer, library, organisation, plan.latencySecond));
  const energyJoule = sum(layers.map((layer) => sum(Object.values(layer.energyJoule))));
  const areaSquareMetre = sum(layers.map((layer) => sum(Object.values(layer.areaSquareMetre))));
  const operations = 2 * sum(layers.map(({ events }) => events.multiplyAccumulates));
  return {
    library: library.name,
    organisation,
    layers,
    energyJoule,
    staticJoule: sum(layers.map((layer) => layer.energyJoule.leakage)),
    areaSquareMetre,
    schedule: plan,
    energyDelayProduct: energyJoule * plan.latencySecond,
    teraOperationsPerJoule: operations / energyJoule / 1e12,
    teraOperationsPerSecondSquareMillimetre:
      operations / plan.intervalSecond / 1e12 / (areaSquareMetre * 1e6),
  };
}

interface PricedLayer {
  readonly work: LayerWork;
  readonly events: LayerEvents;
  /** Digital multiply-accumulate units of the layer; 0 on arrays. */
  readonly units: number;
  /** Shift-and-add units of one array. */
  readonly adders: number;
  readonly conversion: ConversionPrice;
  /** Time for which a read drives the rows, on average over the streams (s); 0 for digital layers. */
  readonly drivenSecond: number;
  readonly busySecond: number;
  readonly copies: number;
}

/** A layer that stays digital: its products on multiply-accumulate units of its own. */
function priceDigital(
  work: LayerWork,
  { multiplyAccumulate }: ComponentLibrary,
  { organisation, busiest }: { readonly organisation: Organisation; readonly busiest: number },
): PricedLayer {
  const events = countEvents(work);
  const oneUnit = events.multiplyAccumulates * multiplyAccumulate.latency;
  const { digitalUnits } = organisation;
  const units =
    digitalUnits !== 'balanced'
      ? digitalUnits
      : busiest > 0
        ? Math.max(1, Math.ceil(oneUnit / busiest))
        : work.outputs;
  const copies = organisation.replication?.[work.name] ?? 1;
  return {
    work,
    events,
    units,
    adders: 0,
    copies,
    conversion: NO_CONVERSION,
    drivenSecond: 0,
    busySecond: oneUnit / units,
  };
}

function priceMapped(
  work: LayerWork,
  library: ComponentLibrary,
  { replication = {}, converter, settleSecond, shiftAddUnits, adcFactors }: Organisation,
): PricedLayer {
  const events = countEvents(work);
  const copies = replication[work.name] ?? 1;
  const conversion = conversionPrice(converter, work, events, library, adcFactors);
  const settle = settleTime(library, settleSecond);
  const columns = columnsInUse(work);
  // Held columns let the array go; a magnet needs its current to the end of the last sample.
  const driven = conversion.secondsPerRead.map((seconds) =>
    conversion.held ? settle : settle + seconds,
  );
  const convert = conversion.secondsPerRead.map((seconds, t) => Math.max(driven[t], seconds));
  // The numbers of one read are added up while the next is converted: the shortest read says how fast.
  const { latency: addition } = library.shiftAdd;
  const adders =
    shiftAddUnits === 'balanced'
      ? addersFor(columns, addition / Math.min(...convert))
      : shiftAddUnits;
  const adding = Math.ceil(columns / adders) * addition;
  const secondsPerPosition = sum(convert.map((seconds) => Math.max(seconds, adding)));
  const busySecond = Math.ceil(work.positions / copies) * secondsPerPosition;
  const drivenSecond = sum(driven) / driven.length;
  return { work, events, units: 0, adders, conversion, drivenSecond, busySecond, copies };
}

/** Time to settle where an organisation does not say. */
export const settleTime = ({ array }: ComponentLibrary, given: number | undefined): number =>
  given ?? array.latency ?? 1e-9;

/** Fewest units that add `columns` numbers within one conversion, an addition taking `share` of it. */
function addersFor(columns: number, share: number): number {
  const turns = Math.max(1, Math.floor(1 / share + 1e-9));
  return Math.ceil(columns / turns);
}

function layerCost(
  { work, events, units, adders, conversion, drivenSecond, copies }: PricedLayer,
  library: ComponentLibrary,
  { arraysPerTile, hopsPerByte }: Organisation,
  latencySecond: number,
): LayerCost {
  const { array, rowDriver, sampleAndHold, shiftAdd, buffer, bus, router, activation } = library;
  const { multiplyAccumulate, pooling } = library;
  const arrays = events.tiles * copies;
  const tiles = arrays / arraysPerTile;
  const cells = (work.rowsPerArray * work.columnsPerArray) / (array.rows * array.columns);
  // An array draws its read power for as long as its rows are driven.
  const onTime = array.latency === undefined ? 1 : drivenSecond / array.latency;
  const leakageWatt =
    arrays *
      (array.leakage +
        work.rowsPerArray * rowDriver.leakage +
        conversion.leakagePerArray +
        adders * shiftAdd.leakage) +
    tiles * (buffer.leakage + bus.leakage + router.leakage + activation.leakage + pooling.leakage) +
    units * multiplyAccumulate.leakage;
  return {
    name: work.name,
    events,
    energyJoule: {
      arrays: events.arrayReads * array.energy * cells * onTime,
      'row drivers': events.rowDrives * rowDriver.energy * onTime,
      'sample and hold': conversion.held ? events.conversions * (sampleAndHold?.energy ?? 0) : 0,
      converters: conversion.energyJoule,
      'shift and add': events.shiftAdds * shiftAdd.energy,
      buffer: (events.bufferReadBytes + events.bufferWriteBytes) * buffer.energy,
      bus: events.busBytes * bus.energy,
      router: events.bufferWriteBytes * hopsPerByte * router.energy,
      activation: events.activations * activation.energy,
      'pooling and joins': events.poolings * pooling.energy + events.additions * shiftAdd.energy,
      'digital layers': work.mapped ? 0 : events.multiplyAccumulates * multiplyAccumulate.energy,
      leakage: leakageWatt * latencySecond,
    },
    areaSquareMetre: {
      arrays: arrays * array.area * cells * work.linesPerColumn,
      'row drivers': arrays * work.rowsPerArray * rowDriver.area,
      'sample and hold': conversion.held
        ? arrays * work.columnsPerArray * (sampleAndHold?.area ?? 0)
        : 0,
      converters: arrays * conversion.areaPerArray,
      'shift and add': arrays * adders * shiftAdd.area,
      buffer: tiles * buffer.area,
      bus: tiles * bus.area,
      router: tiles * router.area,
      activation: tiles * activation.area,
      'pooling and joins': tiles * pooling.area,
      'digital layers': units * multiplyAccumulate.area,
      leakage: 0,
    },
  };
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
