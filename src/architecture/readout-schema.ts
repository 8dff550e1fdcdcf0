import * as z from 'zod';
import { described, quantity } from '../units/index.js';

/** What stands around the magnet of a stochastic converter: preset channel, read divider, transistors. */
export const readoutSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  node: quantity({
    name: 'technology node',
    unit: 'nm',
    dimension: 'length',
    min: '1 nm',
    description: 'Of the transistors.',
  }),
  supply: quantity({
    name: 'supply voltage',
    symbol: 'V_dd',
    unit: 'V',
    dimension: 'voltage',
    min: 0,
    exclusiveMin: true,
    description: 'Source of the preset and reset currents: the upper bound of what they cost.',
  }),
  readVoltage: quantity({
    name: 'read voltage',
    unit: 'V',
    dimension: 'voltage',
    min: 0,
    description: 'Across the divider of junction and reference resistor.',
  }),
  readTime: quantity({
    name: 'read time',
    unit: 'ns',
    dimension: 'time',
    min: 0,
    description: 'Until the inverter or sense amplifier has decided.',
  }),
  senseEnergy: quantity({
    name: 'sense energy',
    unit: 'fJ',
    dimension: 'energy',
    min: 0,
    description: 'Of the inverter or sense amplifier, one decision.',
  }),
  presetLength: quantity({
    name: 'preset path',
    unit: 'nm',
    dimension: 'length',
    min: 0,
    description:
      'Length of heavy metal that the preset current crosses, of the channel’s cross-section.',
  }),
  reset: z.strictObject({
    current: quantity({
      name: 'reset current',
      unit: 'uA',
      dimension: 'current',
      min: 0,
      description: 'Through the channel, for protocols that start from one well; others need none.',
    }),
    duration: quantity({
      name: 'reset duration',
      unit: 'ns',
      dimension: 'time',
      min: 0,
      description: 'Of the reset pulse.',
    }),
  }),
  transistorArea: quantity({
    name: 'transistor area',
    unit: 'um^2',
    dimension: 'area',
    min: 0,
    description: 'Of all transistors of one converter: preset, write, read access and sense.',
  }),
  spread: described(z.tuple([z.number().positive(), z.number().positive()]).default([0.5, 2]), {
    name: 'spread',
    description: 'Low and high factor on area, read energy and sample time.',
  }),
  source: described(z.string().min(1), {
    name: 'source',
    description: 'Publication or reasoning behind the values.',
  }),
});

export type MtjReadout = z.output<typeof readoutSchema>;
