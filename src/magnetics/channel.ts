import { VACUUM_PERMEABILITY } from '../units/index.js';
import type { Mtj } from './device.js';

/**
 * Fraction of the channel current that stays in the heavy metal under the free layer: two sheets in
 * parallel, of conductances t/rho times their widths. 1 where `freeLayerResistivity` is 0 (no shunting).
 */
export function heavyMetalFraction({
  channel,
  thickness,
  width,
  freeLayerResistivity,
}: Mtj): number {
  if (freeLayerResistivity === 0) return 1;
  const metal = (channel.thickness * channel.width) / channel.resistivity;
  const magnet = (thickness * width) / freeLayerResistivity;
  return metal / (metal + magnet);
}

/** Current density in the heavy metal under the magnet (A/m^2) for a channel current (A). */
export const channelCurrentDensity = (mtj: Mtj, current: number): number =>
  (heavyMetalFraction(mtj) * current) / (mtj.channel.width * mtj.channel.thickness);

/** End-to-end resistance of the bare channel (ohm). */
export const channelResistance = ({ channel }: Mtj): number =>
  (channel.resistivity * channel.length) / (channel.width * channel.thickness);

/**
 * y component of the Oersted field (T) of the channel current at the middle of the free layer, above a flat
 * strip: -(mu0 I/(pi w)) arctan(w/(2 d)), from Ampere's law for a current sheet of width w at distance d.
 */
export function oerstedField({ channel, thickness }: Mtj, current: number): number {
  const distance = (channel.thickness + thickness) / 2;
  return (
    ((-VACUUM_PERMEABILITY * current) / (Math.PI * channel.width)) *
    Math.atan(channel.width / (2 * distance))
  );
}
