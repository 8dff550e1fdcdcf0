/** The library: what each room offers, in the order of the journey. */
export * from './errors/index.js';
export * from './units/index.js';
export * from './netlist/index.js';
