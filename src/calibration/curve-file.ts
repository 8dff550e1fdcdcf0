import * as z from 'zod';
import { parseDocument } from '../units/index.js';
import { modelOf } from './switching-models.js';
import type { SwitchingCurve } from './switching-curve.js';

const finite = z.number();
const probability = finite.min(0).max(1);

const shapeSchema = z.record(z.string(), z.array(finite));

const pointSchema = z
  .strictObject({
    currentAmpere: finite,
    trials: finite.min(0),
    switched: finite.min(0),
    probability,
    interval: z.tuple([probability, probability]),
  })
  .refine(({ trials, switched }) => switched <= trials, {
    error: 'more trials switched than were made',
    path: ['switched'],
  });

const fitSchema = z.strictObject({
  model: z.enum(['probit', 'logistic', 'generalised-logistic', 'monotone-logit-spline']),
  centreAmpere: finite,
  widthAmpere: finite.positive(),
  shape: shapeSchema.optional(),
  covariance: z.array(finite).length(4),
  parameterCovariance: z.array(finite).optional(),
  logLikelihood: finite,
  goodness: z.strictObject({
    chiSquare: finite.min(0),
    degreesOfFreedom: z.int().min(0),
    pValue: probability,
  }),
});

const alternativeSchema = z.strictObject({
  model: fitSchema.shape.model,
  parameters: z.int().min(1),
  logLikelihood: finite,
  akaike: finite,
  pValue: probability,
  largestResidual: probability,
});

const identity = z.strictObject({ name: z.string().min(1), hash: z.string() });

/** A curve file, `devices/curves/NAME.json`; the same fields as `SwitchingCurve`. */
export const curveSchema = z
  .strictObject({
    format: z.literal('spinbar.switching-curve', {
      error: 'this is not a switching-curve file: want format "spinbar.switching-curve"',
    }),
    version: z.literal(1),
    name: z.string().min(1),
    device: identity,
    protocol: z.strictObject({
      ...identity.shape,
      kind: z.enum(['hard-axis-preset', 'reset-and-pulse', 'measured']),
    }),
    temperatureKelvin: finite.positive(),
    seed: z.int(),
    method: z.enum(['monte-carlo', 'fokker-planck', 'measured']),
    points: z.array(pointSchema),
    fit: fitSchema,
    currentRangeAmpere: z
      .tuple([finite, finite])
      .refine(([low, high]) => low < high, { error: 'want [lower, upper] with lower < upper' }),
    alternatives: z.array(alternativeSchema).optional(),
    notes: z.array(z.string()).optional(),
    provenance: z.strictObject({ version: z.string(), inputHash: z.string() }),
  })
  .superRefine(({ fit }, context) => {
    try {
      modelOf(fit as SwitchingCurve['fit']);
    } catch (error) {
      context.addIssue({
        code: 'custom',
        path: ['fit', 'shape'],
        message: error instanceof Error ? error.message : String(error),
        params: { mend: 'write the curve again with `spinbar calibrate`' },
      });
    }
  });

/** Reads a curve file's text. Throws `SpinbarError` (exit 3) with the place of every problem. */
export const parseCurve = (text: string, file: string): SwitchingCurve =>
  parseDocument(curveSchema, text, file) as SwitchingCurve;

/**
 * The text of a curve file. Numbers keep every digit, so that reading gives the same curve; points stand one
 * a line, so that changes of a committed curve can be read.
 */
export function formatCurve(curve: SwitchingCurve): string {
  const inline = (value: unknown): string => JSON.stringify(value);
  const lines = Object.entries(curve)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const list = Array.isArray(value) && key !== 'currentRangeAmpere';
      const text = list
        ? `[\n${(value as unknown[]).map((item) => `    ${inline(item)}`).join(',\n')}\n  ]`
        : inline(value);
      return `  ${inline(key)}: ${text}`;
    });
  return `{\n${lines.join(',\n')}\n}\n`;
}
