import * as z from 'zod';
import { described, parseDocument, quantity } from '../units/index.js';
import { curveSchema } from './curve-file.js';
import type { SwitchingSurface } from './surface.js';

const ascending = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value > values[i - 1]);
const ORDER = { error: 'want ascending values, each once' };

/** What a surface is made of: a device and a protocol, and the grid over which the protocol is varied. */
export const surfacePlanSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().default(''),
  device: described(z.string(), {
    name: 'device file',
    description: 'Beside this file, or by an absolute path.',
  }),
  protocol: described(z.string(), {
    name: 'protocol file',
    description: 'Its segments of phase `pulse` take the widths, its temperature the temperatures.',
  }),
  widths: described(
    z
      .array(
        quantity({
          ...{ name: 'pulse width', symbol: 't_p', unit: 'ns', dimension: 'time' },
          ...{ description: 'Duration of every pulse segment.', min: 0, exclusiveMin: true },
        }),
      )
      .min(1)
      .refine(ascending, ORDER),
    { name: 'pulse widths', unit: 'ns', description: 'Ascending.' },
  ),
  temperatures: described(
    z
      .array(
        quantity({
          ...{ name: 'temperature', symbol: 'T', unit: 'K', dimension: 'temperature' },
          ...{ description: 'Of the bath.', min: 0, exclusiveMin: true },
        }),
      )
      .min(1)
      .refine(ascending, ORDER),
    { name: 'temperatures', unit: 'K', description: 'Ascending.' },
  ),
  corners: described(
    z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .refine((corners) => Object.keys(corners).length > 0, { error: 'want one corner or more' })
      .prefault({ nominal: {} }),
    {
      name: 'variation corners',
      description: 'By name: the keys of the device that differ, such as `mtj.thickness: 1.15 nm`.',
      default: '{ nominal: {} }',
    },
  ),
  method: described(z.enum(['mc', 'fp', 'auto']).default('auto'), {
    name: 'method',
    description: 'As of `spinbar calibrate`.',
    default: 'auto',
  }),
  halfWidth: described(z.number().positive().max(0.2).default(0.01), {
    name: 'half width',
    description: "Of every point's 95 % interval.",
    default: '0.01',
  }),
  points: described(z.int().min(5).default(15), {
    name: 'currents',
    description: 'Of every curve.',
    default: '15',
  }),
});

export type SurfacePlan = z.output<typeof surfacePlanSchema>;

/** Reads a surface plan. Throws `SpinbarError` (exit 3) with every fault. */
export const parseSurfacePlan = (
  text: string,
  file: string,
  options: { readonly override?: (data: unknown) => unknown } = {},
): SurfacePlan => parseDocument(surfacePlanSchema, text, file, options);

const surfaceSchema = z
  .strictObject({
    format: z.literal('spinbar.switching-surface', {
      error: 'this is not a switching-surface file: want format "spinbar.switching-surface"',
    }),
    version: z.literal(1),
    name: z.string().min(1),
    widthsSeconds: z.array(z.number().positive()).min(1).refine(ascending, ORDER),
    temperaturesKelvin: z.array(z.number().positive()).min(1).refine(ascending, ORDER),
    corners: z.array(z.string()).min(1),
    curves: z.array(curveSchema),
  })
  .refine(
    ({ curves, corners, widthsSeconds, temperaturesKelvin }) =>
      curves.length === corners.length * widthsSeconds.length * temperaturesKelvin.length,
    { error: 'want one curve for every corner, temperature and width', path: ['curves'] },
  );

/** Reads a surface file's text. Throws `SpinbarError` (exit 3) with the place of every problem. */
export const parseSurface = (text: string, file: string): SwitchingSurface =>
  parseDocument(surfaceSchema, text, file) as SwitchingSurface;
