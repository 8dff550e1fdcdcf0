import type { ElementType } from '../system/element.js';
import { controlledSources } from './controlled-source.js';
import { behaviouralCapacitor, behaviouralInductor } from './behavioural-reactance.js';
import { behaviouralResistor, behaviouralSource } from './behavioural.js';
import { capacitor } from './capacitor.js';
import { diode } from './diode.js';
import { inductor } from './inductor.js';
import { currentSource, voltageSource } from './independent-source.js';
import { memristor } from './memristor.js';
import { mosfet } from './mosfet/index.js';
import { magneticTunnelJunction } from './mtj/index.js';
import { resistor } from './resistor.js';
import { controlledSwitch } from './switch.js';

/** The elements of SPICE, resistive memory cells and magnetic tunnel junctions. The first that claims a device models it. */
export const standardElements: readonly ElementType[] = [
  memristor,
  magneticTunnelJunction,
  resistor,
  capacitor,
  inductor,
  diode,
  mosfet,
  controlledSwitch,
  behaviouralSource,
  behaviouralResistor,
  behaviouralCapacitor,
  behaviouralInductor,
  voltageSource,
  currentSource,
  ...controlledSources,
];
