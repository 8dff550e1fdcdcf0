import type { Component, ComponentLibrary } from './component-schema.js';
import type { AdcFactors } from './adc.js';
import type { MtjPrice } from './converter-price.js';
import { settleTime } from './cost.js';
import { costOfDesign, headlineOf, type Design, type Headline } from './design.js';

/** One assumption that a headline leans on, with the factors its value may lie between. */
export interface Assumption {
  readonly name: string;
  readonly source: string;
  readonly spread: readonly [number, number];
  /** The design with the assumption's value times `factor`. */
  readonly apply: (design: Design, factor: number) => Design;
}

export interface TornadoBar {
  readonly name: string;
  readonly source: string;
  readonly spread: readonly [number, number];
  /** The headline at both ends of the spread. */
  readonly low: number;
  readonly high: number;
}

/**
 * Which assumption moves a headline most: each is set to both ends of its spread alone, widest bar first.
 * `headline` sees the costs of all designs in their order, so that it can be a ratio between two.
 */
export function tornado(
  designs: readonly Design[],
  assumptions: readonly Assumption[],
  headline: (costs: readonly Headline[]) => number,
): TornadoBar[] {
  const at = (assumption: Assumption, factor: number): number =>
    headline(designs.map((design) => headlineOf(costOfDesign(assumption.apply(design, factor)))));
  return assumptions
    .map((assumption) => {
      const { name, source, spread } = assumption;
      return {
        name,
        source,
        spread,
        low: at(assumption, spread[0]),
        high: at(assumption, spread[1]),
      };
    })
    .sort((a, b) => Math.abs(b.high - b.low) - Math.abs(a.high - a.low));
}

const PARTS = [
  'array',
  'rowDriver',
  'sampleAndHold',
  'shiftAdd',
  'buffer',
  'bus',
  'router',
  'activation',
  'pooling',
  'register',
  'counter',
  'multiplyAccumulate',
] as const satisfies readonly (keyof ComponentLibrary)[];

/** The energies of a library's components, its ADC's energy, area and time, and the time to settle. */
export function libraryAssumptions(library: ComponentLibrary): Assumption[] {
  const parts = PARTS.flatMap((part): Assumption[] => {
    const component = library[part];
    if (!component) return [];
    const { source, spread } = component;
    return [
      {
        name: `energy of ${part}`,
        source,
        spread,
        apply: (design, factor) =>
          withComponent(design, part, (own) => ({ ...own, energy: own.energy * factor })),
      },
    ];
  });
  const { source, spread } = library.adc;
  const adc = (name: string, field: keyof AdcFactors): Assumption => ({
    name,
    source,
    spread,
    apply: (design, factor) => ({
      ...design,
      organisation: {
        ...design.organisation,
        adcFactors: {
          ...design.organisation.adcFactors,
          [field]: (design.organisation.adcFactors?.[field] ?? 1) * factor,
        },
      },
    }),
  });
  return [
    ...parts,
    adc('energy of ADC', 'energy'),
    adc('conversion time of ADC', 'time'),
    adc('area of ADC', 'area'),
    {
      name: 'time to settle',
      source: 'the organisation of the designs, or the read time of the set’s array',
      spread: [0.5, 2],
      apply: (design, factor) => ({
        ...design,
        organisation: {
          ...design.organisation,
          settleSecond: factor * settleTime(design.library, design.organisation.settleSecond),
        },
      }),
    },
  ];
}

/** The parts of a magnet's price; `presetHigh` is the supply's factor on the preset energy. */
export function mtjAssumptions(
  source: string,
  spread: readonly [number, number],
  presetHigh: number,
): Assumption[] {
  const part = (name: string, field: keyof MtjPrice, own = spread): Assumption => ({
    name,
    source,
    spread: own,
    apply: (design, factor) => {
      const { converter } = design.organisation;
      if (converter.kind !== 'mtj') return design;
      const scaled = (price: MtjPrice): MtjPrice => ({ ...price, [field]: price[field] * factor });
      const byLayer = Object.fromEntries(
        Object.entries(converter.byLayer ?? {}).map(([layer, price]) => [layer, scaled(price)]),
      );
      return {
        ...design,
        organisation: {
          ...design.organisation,
          converter: { ...converter, price: scaled(converter.price), byLayer },
        },
      };
    },
  });
  return [
    part('preset energy of magnet (I^2 R to supply)', 'presetJoule', [1, presetHigh]),
    part('write energy of magnet', 'writeJoule'),
    part('read energy of magnet', 'readJoule'),
    part('sample time of magnet', 'sampleSecond'),
    part('area of magnet and transistors', 'areaSquareMetre'),
  ];
}

function withComponent(
  design: Design,
  part: (typeof PARTS)[number],
  change: (own: Component) => Component,
): Design {
  const own = design.library[part];
  return own ? { ...design, library: { ...design.library, [part]: change(own) } } : design;
}
