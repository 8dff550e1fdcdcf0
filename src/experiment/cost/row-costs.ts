import {
  costOfDesign,
  headlineOf,
  type CostReport,
  type Headline,
} from '../../architecture/index.js';
import type { Converter } from '../../network/index.js';
import type { ConverterName } from '../run/results.js';
import { designsOf, type DesignOptions } from './designs.js';
import type { CostSubject } from './subject.js';

/** What one image costs on the design that a scored row stands for. */
export interface RowCost {
  readonly converter: ConverterName;
  /** T, its mean over the conversions where it differs from layer to layer; 0 without samples. */
  readonly samples: number;
  readonly headline: Headline;
  readonly report: CostReport;
}

/** A row's converter with what its results call it. */
export interface CostedConverter {
  readonly conversion: Converter;
  readonly samples: number;
}

/**
 * Prices the rows of a run on the experiment's own arrays: exact partial sums are those of an ADC with as many
 * bits as lose nothing, `sign` of a one-bit ADC, magnets cost what their device, protocol and currents say.
 * Column currents are recorded once, with the subject's own converter: T changes them only through the noise
 * of the layers before. Rows of a converter without a price are left out.
 */
export function rowCosts(
  subject: CostSubject,
  path: string,
  converters: readonly CostedConverter[],
  options: DesignOptions = {},
): { readonly costs: readonly RowCost[]; readonly library: string; readonly readout: string } {
  const set = designsOf(subject, path, options);
  const costs = converters
    .filter(({ conversion }) => PRICED.includes(conversion.kind))
    .filter(
      ({ conversion, samples }, i, all) =>
        i ===
        all.findIndex((one) => one.conversion.kind === conversion.kind && one.samples === samples),
    )
    .map(({ conversion, samples }): RowCost => {
      const report = costOfDesign(set.designFor(conversion, conversion.kind));
      return { converter: conversion.kind, samples, headline: headlineOf(report), report };
    });
  return { costs, library: set.library.library.name, readout: set.readout.name };
}

/** Converters that a component set or a device gives a price. */
export const PRICED: readonly Converter['kind'][] = ['ideal', 'sign', 'adc', 'mtj'];

/** A row cost as results.json keeps it: SI units, without the layers. */
export interface StoredCost {
  readonly converter: ConverterName;
  readonly samples: number;
  readonly energyJoule: number;
  readonly latencySecond: number;
  readonly areaSquareMetre: number;
  readonly energyDelayProduct: number;
  readonly teraOperationsPerJoule: number;
  readonly bottleneck: string;
}

export const storedCost = ({ converter, samples, headline, report }: RowCost): StoredCost => ({
  converter,
  samples,
  energyJoule: headline.energy,
  latencySecond: headline.latency,
  areaSquareMetre: headline.area,
  energyDelayProduct: headline.edp,
  teraOperationsPerJoule: report.teraOperationsPerJoule,
  bottleneck: report.schedule.bottleneck,
});

/** The cost that belongs to a summary of results. */
export const costFor = (
  costs: readonly StoredCost[],
  row: { readonly converter: ConverterName; readonly samples: number },
): StoredCost | undefined =>
  costs.find(({ converter, samples }) => converter === row.converter && samples === row.samples);
