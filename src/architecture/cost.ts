import type { ComponentLibrary } from './component-schema.js';
import { conversionPrice, type ConverterDesign } from './converter-price.js';
import { countEvents, type LayerEvents, type LayerWork } from './layer-work.js';
import { schedule, type Schedule } from './schedule.js';

/** How the mapped layers are built and run. */
export interface Organisation {
  readonly converter: ConverterDesign;
  readonly mode: 'layer-by-layer' | 'pipelined';
  /** Copies of a layer's arrays, by layer; 1 where absent. */
  readonly replication?: Readonly<Record<string, number>>;
  /** Arrays that share one buffer, bus and router. */
  readonly arraysPerTile: number;
  /** Routers a byte passes between layers. */
  readonly hopsPerByte: number;
  /** Time for a column current to settle after its rows are driven (s). */
  readonly settleSecond: number;
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
  'leakage',
] as const;
export type ComponentName = (typeof COMPONENTS)[number];
type ByComponent = Readonly<Record<ComponentName, number>>;

export interface LayerCost {
  readonly name: string;
  readonly events: LayerEvents;
  /** Energy for one image (J), static energy of its own arrays included. */
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
  readonly areaSquareMetre: number;
  readonly schedule: Schedule;
  /** Energy-delay product (J s). */
  readonly energyDelayProduct: number;
  /** 2 operations per multiply-accumulate of the mapped layers, per joule / 1e12. */
  readonly teraOperationsPerJoule: number;
  /** The same operations per second at the pipeline's interval, per mm^2 / 1e12. */
  readonly teraOperationsPerSecondSquareMillimetre: number;
}

/** Counts, prices and schedules one image through the mapped layers. */
export function costOf(
  works: readonly LayerWork[],
  library: ComponentLibrary,
  organisation: Organisation,
): CostReport {
  const { replication = {}, converter, settleSecond, mode } = organisation;
  const priced = works.map((work) => {
    const events = countEvents(work);
    const conversion = conversionPrice(converter, work, events, library);
    // Held columns are converted while the next read settles; a magnet needs the current for its whole write.
    const settle = conversion.held ? (library.array.latency ?? settleSecond) : settleSecond;
    const secondsPerRead = conversion.held
      ? Math.max(settle, conversion.secondsPerRead)
      : settle + conversion.secondsPerRead;
    return { work, events, conversion, secondsPerRead, copies: replication[work.name] ?? 1 };
  });
  const plan = schedule(
    priced.map(({ work, secondsPerRead, copies }) => ({
      work,
      secondsPerRead,
      replication: copies,
    })),
    { mode },
  );
  const layers = priced.map((layer) => layerCost(layer, library, organisation, plan.latencySecond));
  const energyJoule = sum(layers.map((layer) => sum(Object.values(layer.energyJoule))));
  const areaSquareMetre = sum(layers.map((layer) => sum(Object.values(layer.areaSquareMetre))));
  const operations = 2 * sum(layers.map(({ events }) => events.multiplyAccumulates));
  return {
    library: library.name,
    organisation,
    layers,
    energyJoule,
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
  readonly conversion: ReturnType<typeof conversionPrice>;
  readonly secondsPerRead: number;
  readonly copies: number;
}

function layerCost(
  { work, events, conversion, secondsPerRead, copies }: PricedLayer,
  library: ComponentLibrary,
  { arraysPerTile, hopsPerByte }: Organisation,
  latencySecond: number,
): LayerCost {
  const { array, rowDriver, sampleAndHold, shiftAdd, buffer, bus, router, activation } = library;
  const arrays = events.tiles * copies;
  const tiles = arrays / arraysPerTile;
  // An array draws its read power for as long as its rows are driven.
  const onTime = array.latency === undefined ? 1 : secondsPerRead / array.latency;
  const leakageWatt =
    arrays *
      (array.leakage +
        work.rowsPerArray * rowDriver.leakage +
        conversion.leakagePerArray +
        shiftAdd.leakage) +
    tiles * (buffer.leakage + bus.leakage + router.leakage + activation.leakage);
  return {
    name: work.name,
    events,
    energyJoule: {
      arrays: events.arrayReads * array.energy * onTime,
      'row drivers': events.rowDrives * rowDriver.energy * onTime,
      'sample and hold': conversion.held ? events.conversions * (sampleAndHold?.energy ?? 0) : 0,
      converters: conversion.energyJoule,
      'shift and add': events.shiftAdds * shiftAdd.energy,
      buffer: (events.bufferReadBytes + events.bufferWriteBytes) * buffer.energy,
      bus: events.busBytes * bus.energy,
      router: events.bufferWriteBytes * hopsPerByte * router.energy,
      activation: events.activations * activation.energy,
      leakage: leakageWatt * latencySecond,
    },
    areaSquareMetre: {
      arrays: arrays * array.area * work.linesPerColumn,
      'row drivers': arrays * work.rowsPerArray * rowDriver.area,
      'sample and hold': conversion.held
        ? arrays * work.columnsPerArray * (sampleAndHold?.area ?? 0)
        : 0,
      converters: arrays * conversion.areaPerArray,
      'shift and add': arrays * shiftAdd.area,
      buffer: tiles * buffer.area,
      bus: tiles * bus.area,
      router: tiles * router.area,
      activation: tiles * activation.area,
      leakage: 0,
    },
  };
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
