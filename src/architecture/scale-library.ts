import { invalidInput } from '../errors/index.js';
import type { AdcFactors } from './adc.js';
import type { Component, ComponentLibrary } from './component-schema.js';
import { scalingFactors, type ScalingRule } from './technology.js';

/** A library at another node, with what its ADC's price is multiplied by. */
export interface ScaledLibrary {
  readonly library: ComponentLibrary;
  readonly adcFactors: AdcFactors;
  /** Rule by component, for the report. */
  readonly rules: Readonly<Record<string, ScalingRule>>;
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

/**
 * The library at node `to` (m), each component by its own rule. Throws invalidInput for every component
 * without one: a set says how it scales, or it does not.
 */
export function scaleLibrary(library: ComponentLibrary, to: number, file: string): ScaledLibrary {
  const missing = [
    ...PARTS.filter((part) => library[part] !== undefined && !library[part].scaling),
    ...(library.adc.nodeScaling ? [] : ['adc']),
  ];
  if (missing.length > 0)
    throw invalidInput(
      missing.map((part) => ({
        code: 'cost.no-scaling-rule',
        what: `${part} of ${library.name} has no scaling rule, so it has no value at ${(to * 1e9).toPrecision(3)} nm`,
        where: { file, keyPath: `${part}.${part === 'adc' ? 'nodeScaling' : 'scaling'}` },
        why: `the set is stated at ${(library.node * 1e9).toPrecision(3)} nm`,
        mend: 'give the component `scaling: digital | wire | analog | fixed`, or leave `architecture.node` out',
      })),
    );
  const rules: Record<string, ScalingRule> = {};
  const scaled: Record<string, Component> = {};
  for (const part of PARTS) {
    const own = library[part];
    if (!own?.scaling) continue;
    const factors = scalingFactors(own.scaling, library.node, to);
    rules[part] = own.scaling;
    scaled[part] = {
      ...own,
      energy: own.energy * factors.energy,
      area: own.area * factors.area,
      leakage: own.leakage * factors.leakage,
      ...(own.latency === undefined ? {} : { latency: own.latency * factors.latency }),
    };
  }
  const rule = library.adc.nodeScaling ?? 'fixed';
  const { energy, area, latency } = scalingFactors(rule, library.node, to);
  return {
    library: { ...library, ...scaled, node: to },
    adcFactors: { energy, area, time: latency },
    rules: { ...rules, adc: rule },
  };
}
