import * as z from 'zod';
import type { DriveSegment, Macrospin } from '../magnetics/index.js';
import { axisTensor, norm, scale, unit, type Vector3 } from '../numerics/vector3.js';
import {
  described,
  GYROMAGNETIC_RATIO,
  optionalQuantity,
  parseDocument,
  quantity,
} from '../units/index.js';

/**
 * A switching problem in the terms of its equation of motion, fields in tesla: what a reference table states, without
 * a device's geometry. Signs and symbols as in `magnetics/macrospin.ts`.
 */
const direction = (name: string, description: string) =>
  described(
    z
      .tuple([z.number(), z.number(), z.number()], { error: 'want three numbers [x, y, z]' })
      .refine((v) => norm(v) > 0, { error: 'a direction may not be [0, 0, 0]' })
      .transform((v): Vector3 => unit(v)),
    { name, unit: 'direction', description },
  );

const tesla = (name: string, description: string) => {
  const component = quantity({ name, unit: 'mT', description, dimension: 'fluxDensity' });
  return described(z.tuple([component, component, component]).prefault([0, 0, 0]), {
    ...{ name, unit: 'mT', description, default: '[0, 0, 0]' },
  });
};

const segmentSchema = z
  .strictObject({
    duration: optionalQuantity({
      ...{ name: 'duration', symbol: 't', unit: 'ns', dimension: 'time', min: 0 },
      description: 'Of the segment; or give `tau`.',
    }),
    tau: described(z.number().min(0).optional(), {
      name: 'dimensionless duration',
      symbol: 'tau',
      unit: '',
      description: 'Duration in units of (1 + alpha^2)/(alpha g Bk); or give `duration`.',
    }),
    drive: described(z.number().default(0), {
      name: 'reduced spin-transfer drive',
      symbol: 'i',
      unit: '',
      description: 'i = I/Ic0: a damping-like torque i alpha Bk away from the start well.',
      default: '0',
    }),
    dampingLike: tesla('damping-like vector', 'aDL p + aS pS: pulls m towards itself.'),
    field: tesla('field', 'Applied field of the segment.'),
    fieldLikeRatio: described(z.number().default(0), {
      name: 'field-like ratio',
      unit: '',
      description: 'Adds this multiple of the damping-like vector as a field.',
      default: '0',
    }),
    perpendicularAnisotropy: quantity({
      name: 'voltage-controlled anisotropy',
      unit: 'mT',
      description: 'Change of the z-z element of the anisotropy tensor.',
      dimension: 'fluxDensity',
      default: '0 T',
    }),
  })
  .refine(({ duration, tau }) => (duration === undefined) !== (tau === undefined), {
    error: 'want either `duration` or `tau`',
    params: { mend: 'give one of them' },
  });

export const magnetProblemSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().default(''),
  magnet: z.strictObject({
    alpha: described(z.number().positive().max(1), {
      ...{ name: 'Gilbert damping', symbol: 'alpha', unit: '' },
      description: 'Damping.',
    }),
    anisotropyField: quantity({
      ...{ name: 'anisotropy field', symbol: 'Bk', unit: 'mT', dimension: 'fluxDensity' },
      ...{ min: 0, exclusiveMin: true },
      description: 'Of the uniaxial anisotropy.',
    }),
    delta: described(z.number().positive(), {
      ...{ name: 'barrier', symbol: 'Delta', unit: 'kT' },
      description: 'Bk Ms V/(2 kB T): sets the temperature.',
    }),
    easyAxis: direction('easy axis', 'Of the uniaxial anisotropy.').prefault([0, 0, 1]),
    hardField: quantity({
      ...{ name: 'hard-axis field', unit: 'mT', dimension: 'fluxDensity', default: '0 T' },
      description:
        'Second anisotropy field: makes `hardAxis` harder than the plane across the easy one.',
    }),
    hardAxis: direction('hard axis', 'Direction of `hardField`.').prefault([1, 0, 0]),
    field: tesla('static field', 'On throughout, in the start too.'),
  }),
  start: direction('start well', 'Boltzmann equilibrium of this hemisphere.').prefault([0, 0, 1]),
  switchedDirection: described(
    z
      .tuple([z.number(), z.number(), z.number()], { error: 'want three numbers [x, y, z]' })
      .transform((v): Vector3 => unit(v))
      .optional(),
    {
      ...{ name: 'switched direction', unit: 'direction' },
      description: 'P is the probability of this side; absent: opposite the start.',
    },
  ),
  segments: z.array(segmentSchema).min(1),
});

export type MagnetProblem = z.output<typeof magnetProblemSchema>;

/** A switching problem ready for any solver: plain data. */
export interface SwitchingProblem {
  readonly spin: Macrospin;
  readonly well: Vector3;
  readonly towards: Vector3;
  readonly drive: readonly DriveSegment[];
}

/** Reads a magnet problem. Throws `SpinbarError` (exit 3) with every fault. */
export const parseMagnetProblem = (
  text: string,
  file: string,
  options: { readonly override?: (data: unknown) => unknown } = {},
): MagnetProblem => parseDocument(magnetProblemSchema, text, file, options);

/** The macrospin, the drive and the two sides of a magnet problem. */
export function switchingProblem({
  magnet,
  start,
  switchedDirection,
  segments,
}: MagnetProblem): SwitchingProblem {
  const { alpha, anisotropyField, delta, easyAxis, hardField, hardAxis, field } = magnet;
  const easy = axisTensor(anisotropyField, easyAxis);
  const hard = axisTensor(-hardField, hardAxis);
  const unitTime = (1 + alpha ** 2) / (alpha * GYROMAGNETIC_RATIO * anisotropyField);
  return {
    spin: {
      gyromagneticRatio: GYROMAGNETIC_RATIO,
      damping: alpha,
      anisotropy: easy.map((v, i) => v + hard[i]) as unknown as Macrospin['anisotropy'],
      field,
      thermalField: anisotropyField / (2 * delta),
    },
    well: start,
    towards: switchedDirection ?? scale(-1, start),
    drive: segments.map((segment) => {
      const away = scale(-segment.drive * alpha * anisotropyField, start);
      const torque = segment.dampingLike.map((a, i) => a + away[i]) as unknown as Vector3;
      const ratio = segment.fieldLikeRatio;
      return {
        durationSeconds: segment.duration ?? (segment.tau ?? 0) * unitTime,
        dampingLike: torque,
        field: segment.field.map(
          (b, i) => b + ratio * segment.dampingLike[i],
        ) as unknown as Vector3,
        ...(segment.perpendicularAnisotropy === 0
          ? {}
          : { perpendicularAnisotropy: segment.perpendicularAnisotropy }),
      };
    }),
  };
}
