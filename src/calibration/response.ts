import {
  atTemperature,
  driveDuration,
  driveSegment,
  macrospinOf,
  recommendedStep,
  type Device,
  type DriveSegment,
  type EnsembleStart,
  type Excitation,
  type Macrospin,
} from '../magnetics/index.js';
import { scale, type Vector3 } from '../numerics/vector3.js';
import type { Protocol, ProtocolSegment } from './protocol-schema.js';

/**
 * The question that a calibration answers, free of device and protocol files: a macrospin, how it starts,
 * what a current does to it, and on which side of what direction it must end. Plain data but for `driveAt`.
 */
export interface Response {
  readonly spin: Macrospin;
  readonly start: EnsembleStart;
  /** The drive of one conversion at a swept current (A). */
  readonly driveAt: (currentAmpere: number) => readonly DriveSegment[];
  /** Unit vector: switched means m . towards > 0 at the end. */
  readonly towards: Vector3;
  /** Time step (s) at a swept current; the same for every trial of a point. */
  readonly stepAt: (currentAmpere: number) => number;
}

/** The response of a device under a protocol. */
export function responseOf({ mtj }: Device, protocol: Protocol): Response {
  const bath = protocol.temperature ?? mtj.temperature;
  const device = atTemperature(mtj, bath);
  const spin = macrospinOf(device);
  const towards = protocol.switchedDirection ?? mtj.referenceDirection;
  const driveAt = (currentAmpere: number): DriveSegment[] =>
    protocol.segments.map((segment) => {
      const excitation = excitationOf(segment, protocol.swept, currentAmpere);
      if (segment.waveform === 'constant')
        return driveSegment(device, segment.duration, excitation);
      const [from, to] = segment.waveform === 'rise' ? [{}, excitation] : [excitation, {}];
      return driveSegment(device, segment.duration, from, to);
    });
  return {
    spin,
    start: {
      kind: 'equilibrium',
      well: protocol.start === 'opposite' ? scale(-1, towards) : towards,
    },
    driveAt,
    towards,
    stepAt: (currentAmpere) => protocol.step ?? recommendedStep(spin, driveAt(currentAmpere)),
  };
}

/** Duration (s) of one conversion. */
export const responseDuration = ({ driveAt }: Response): number => driveDuration(driveAt(0));

function excitationOf(
  segment: ProtocolSegment,
  swept: Protocol['swept'],
  currentAmpere: number,
): Excitation {
  const share = segment.sweptShare * currentAmpere;
  return {
    channelCurrent: segment.channelCurrent + (swept === 'channel' ? share : 0),
    presetCurrent: segment.presetCurrent + (swept === 'preset' ? share : 0),
    junctionCurrent: segment.junctionCurrent + (swept === 'junction' ? share : 0),
    junctionVoltage: segment.junctionVoltage,
    field: segment.field,
  };
}
