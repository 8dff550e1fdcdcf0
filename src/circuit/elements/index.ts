import type { ElementType } from '../system/element.js';
import { controlledSources } from './controlled-source.js';
import { currentSource, voltageSource } from './independent-source.js';
import { resistor } from './resistor.js';

/** The elements of SPICE, and resistive memory cells. The first that claims a device models it. */
export const standardElements: readonly ElementType[] = [
  resistor,
  voltageSource,
  currentSource,
  ...controlledSources,
];
