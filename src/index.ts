/**
 * The library: what each room offers, in the order of the journey.
 */

// support: errors as the user reads them
export * from './errors/index.js';

// support: file formats
export * from './formats/index.js';

// units: quantities
export * from './units/index.js';

// netlist: SPICE text to a flat circuit
export * from './netlist/index.js';

// magnetics: the magnet
export * from './magnetics/index.js';

// circuit: modified nodal analysis
export * from './circuit/index.js';

// crossbar: arrays with wires
export * from './crossbar/index.js';

// calibration: P_sw(I)
export * from './calibration/index.js';

// network: deep networks on crossbars
export * from './network/index.js';

// training: training through stochastic partial sums
export * from './training/index.js';

// architecture: energy, latency, area
export * from './architecture/index.js';

// report: self-contained reports
export * from './report/index.js';

// experiment: one file, one run
export * from './experiment/index.js';
