import type { MosfetParameters } from './parameters.js';

/** What a channel model computes at (v_gs, v_ds >= 0, v_bs), n-channel signs, one device. */
export const CHANNEL = { current: 0, gm: 1, gds: 2, gmbs: 3, threshold: 4, saturation: 5 } as const;
export const CHANNEL_LENGTH = 6;

/** Writes drain current (A), its derivatives (S), turn-on and saturation voltage (V) to `out`. */
export type ChannelModel = (vgs: number, vds: number, vbs: number, out: Float64Array) => void;

/** Makes a channel model from parameters; registered by level. */
export type ChannelFactory = (parameters: MosfetParameters) => ChannelModel;
