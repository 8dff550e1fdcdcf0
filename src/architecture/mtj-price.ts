import type { Protocol, ProtocolSegment } from '../calibration/index.js';
import { channelResistance, type Mtj } from '../magnetics/index.js';
import type { MtjPrice } from './converter-price.js';
import type { MtjReadout } from './readout-schema.js';

/** Moments of the column currents that a layer's converters see, bias included (A, A^2). */
export interface ColumnCurrents {
  readonly meanAmpere: number;
  readonly meanSquareAmpere: number;
}

/**
 * Price of one stochastic sample from the device, its protocol and the currents of the run: I^2 R t in the
 * heavy metal over every segment (a straight rise or fall dissipates a third), the read divider
 * V^2 t / (R_MTJ + R_reference) with R_reference = sqrt(R_P R_AP), averaged over both states, and the sense
 * circuit. Protocols that start from one well pay the readout's reset. Area: both channels and the
 * transistors; the magnet lies on the channel.
 */
export function mtjPrice(
  mtj: Mtj,
  protocol: Protocol,
  readout: MtjReadout,
  currents: ColumnCurrents,
): MtjPrice {
  const { channel } = mtj;
  const channelOhm = channelResistance(mtj);
  const presetOhm = (channelOhm * readout.presetLength) / channel.length;
  const junction = junctionResistances(mtj);
  const joules = { preset: 0, write: 0, read: 0 };
  let seconds = 0;
  for (const segment of protocol.segments) {
    const { phase, duration, waveform } = segment;
    const shape = waveform === 'constant' ? 1 : 1 / 3;
    const squares = segmentSquares(protocol, segment, currents);
    const joule =
      shape *
      duration *
      (squares.channel * channelOhm +
        squares.preset * presetOhm +
        squares.junction * (junction.parallel + junction.antiparallel) * 0.5);
    joules[kindOfPhase(phase)] += joule;
    seconds += duration;
  }
  if (protocol.kind === 'reset-and-pulse' && protocol.segments.every((s) => s.phase !== 'reset')) {
    const { current, duration } = readout.reset;
    joules.preset += current ** 2 * channelOhm * duration;
    seconds += duration;
  }
  const reference = Math.sqrt(junction.parallel * junction.antiparallel);
  const readJoule =
    0.5 *
    readout.readVoltage ** 2 *
    readout.readTime *
    (1 / (junction.parallel + reference) + 1 / (junction.antiparallel + reference));
  const reads = protocol.segments.some(({ phase }) => phase === 'read');
  return {
    presetJoule: joules.preset,
    writeJoule: joules.write,
    readJoule: joules.read + readJoule + readout.senseEnergy,
    sampleSecond: seconds + (reads ? 0 : readout.readTime),
    areaSquareMetre:
      channel.width * (channel.length + readout.presetLength) + readout.transistorArea,
  };
}

/**
 * The preset drawn from the supply instead of its I^2 R alone, as a factor on the preset energy (>= 1): the
 * access transistor turns the rest of V_dd into heat. 1 without a preset current.
 */
export function supplyFactor(mtj: Mtj, protocol: Protocol, readout: MtjReadout): number {
  const presetOhm = (channelResistance(mtj) * readout.presetLength) / mtj.channel.length;
  const largest = protocol.segments.reduce(
    (most, { presetCurrent }) => Math.max(most, Math.abs(presetCurrent)),
    0,
  );
  const current = largest > 0 ? largest : readout.reset.current;
  const ohm = largest > 0 ? presetOhm : channelResistance(mtj);
  return Math.max(1, readout.supply / (current * ohm));
}

/** R_P = RA / area and R_AP = R_P (1 + TMR) at small bias (ohm). */
export function junctionResistances(mtj: Mtj): {
  readonly parallel: number;
  readonly antiparallel: number;
} {
  const { length, width, shape, resistanceArea, tunnelPolarisation: p } = mtj;
  const area = length * width * (shape === 'cuboid' ? 1 : Math.PI / 4);
  const parallel = resistanceArea / area;
  const ratio = mtj.tunnelMagnetoresistance ?? (2 * p ** 2) / (1 - p ** 2);
  return { parallel, antiparallel: parallel * (1 + ratio) };
}

const kindOfPhase = (phase: ProtocolSegment['phase']): 'preset' | 'write' | 'read' =>
  phase === 'reset' || phase === 'preset' ? 'preset' : phase === 'read' ? 'read' : 'write';

/** Mean squares of the three currents of a segment: <(share I + fixed)^2> for the swept terminal (A^2). */
function segmentSquares(
  { swept }: Protocol,
  segment: ProtocolSegment,
  { meanAmpere, meanSquareAmpere }: ColumnCurrents,
): Readonly<Record<'channel' | 'preset' | 'junction', number>> {
  const { sweptShare: share } = segment;
  const fixed = {
    channel: segment.channelCurrent,
    preset: segment.presetCurrent,
    junction: segment.junctionCurrent,
  };
  const square = (terminal: keyof typeof fixed): number => {
    const constant = fixed[terminal];
    if (terminal !== swept) return constant ** 2;
    return share ** 2 * meanSquareAmpere + 2 * share * constant * meanAmpere + constant ** 2;
  };
  return { channel: square('channel'), preset: square('preset'), junction: square('junction') };
}
