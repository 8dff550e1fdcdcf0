import { invalidInput } from '../errors/index.js';
import type { Macrospin } from '../magnetics/index.js';
import { principalFrame } from '../magnetics/principal-frame.js';
import { exp } from '../numerics/special.js';
import type { Protocol } from './protocol-schema.js';

/** How long the undriven magnet remembers, against how long a protocol asks it to. */
export interface MemoryCheck {
  /** Lowest barrier between the two wells over kB T. */
  readonly barrier: number;
  /** Mean time between escapes from a well (s), 0 where there is no barrier to speak of. */
  readonly memorySeconds: number;
  /** Time (s) from the end of the swept current to the end of the protocol. */
  readonly waitSeconds: number;
}

/**
 * Brown's high-barrier rate with the barrier between the easiest and the second principal axis (W. F.
 * Brown, Phys. Rev. 130, 1677, 1963): rate = alpha g Bk/(1 + alpha^2) sqrt(Delta/pi) e^-Delta. An order of
 * magnitude for magnets that are not uniaxial, which is all this check needs.
 */
export function memoryOf(spin: Macrospin, { segments }: Protocol): MemoryCheck {
  const [, second, easiest] = [...principalFrame(spin.anisotropy).values].sort((a, b) => a - b);
  const field = easiest - second;
  const barrier = field / (2 * spin.thermalField);
  const attempt = (spin.damping * spin.gyromagneticRatio * field) / (1 + spin.damping ** 2);
  const rate = attempt * Math.sqrt(barrier / Math.PI) * exp(-barrier);
  const lastDriven = segments.map(({ sweptShare }) => sweptShare !== 0).lastIndexOf(true);
  const waitSeconds = segments
    .slice(lastDriven + 1)
    .reduce((sum, { duration }) => sum + duration, 0);
  return { barrier, memorySeconds: barrier < 0.5 ? 0 : 1 / rate, waitSeconds };
}

/**
 * Refuses (exit 3) a protocol that lets go of the magnet for longer than it remembers: every curve would
 * be P = 1/2. Notes a wait that loses more than one decision in a hundred.
 */
export function checkMemory(spin: Macrospin, protocol: Protocol, notes: string[]): void {
  const { barrier, memorySeconds, waitSeconds } = memoryOf(spin, protocol);
  if (waitSeconds === 0 || waitSeconds < 0.01 * memorySeconds) return;
  const nano = (seconds: number): string => `${(seconds * 1e9).toPrecision(3)} ns`;
  const story = `the protocol waits ${nano(waitSeconds)} after the swept current, the magnet (barrier ${barrier.toPrecision(3)} kT) remembers about ${nano(memorySeconds)}`;
  if (waitSeconds > memorySeconds)
    throw invalidInput({
      code: 'calibration.relaxation-too-long',
      what: `protocol ${protocol.name} is longer than the magnet remembers`,
      why: story,
      mend: 'shorten what follows the swept current, keep the current on during the read, or use a device with a higher barrier',
    });
  notes.push(`Thermal flips blur the outcome: ${story}.`);
}
