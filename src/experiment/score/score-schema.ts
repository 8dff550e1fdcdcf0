import * as z from 'zod';
import { architectureSchema } from '../../architecture/index.js';
import { converterDocumentSchema, mappingDocumentSchema } from '../../network/index.js';
import { described } from '../../units/index.js';
import { allocationSchema } from '../allocate/allocation-schema.js';
import { ablationSchema, allowOutsideSchema } from '../layer-schema.js';
import { withDefaults } from '../with-defaults.js';
import { rangeCalibrationSchema } from './range-schema.js';

const resistance = z.number().min(0);

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

/** A network of one's own, scored: every option of graph, mapping and converter is configuration. */
export const scoreSchema = z.strictObject({
  kind: described(z.literal('network-score'), {
    name: 'kind',
    description: 'Says that this file scores a network without netlist and device.',
  }),
  graph: described(z.string().min(1).optional(), {
    name: 'network',
    description:
      'Name of a built-in network, or a .yaml file of nodes; left out for ONNX files, which hold their own.',
  }),
  weights: described(z.string().min(1), {
    name: 'weights',
    description:
      'File of trained weights (.safetensors, .pt, .pth, .th or .onnx), or a folder that `spinbar train` wrote.',
  }),
  rename: described(
    z
      .array(
        z.strictObject({
          from: z.string().refine(isPattern, 'no regular expression'),
          to: z.string(),
        }),
      )
      .default([]),
    {
      name: 'rename',
      description:
        'Regular expressions, applied in order to the names of the weights, that make them those of the graph.',
    },
  ),
  activations: described(
    z.record(z.string(), z.enum(['relu', 'hardtanh', 'tanh', 'sigmoid', 'identity'])).default({}),
    {
      name: 'activations',
      description: 'Activations that differ from those of the graph, by the name of their node.',
    },
  ),
  normalisation: described(
    z.strictObject({ mean: z.array(z.number()), std: z.array(z.number().positive()) }).optional(),
    { name: 'normalisation', description: 'Channel mean and deviation of pixels / 255.' },
  ),
  mapping: described(mappingDocumentSchema.optional(), {
    name: 'mapping',
    description:
      'How layers are put on crossbars; left out: as a trained folder says, else the float network.',
  }),
  converter: described(converterDocumentSchema.optional(), {
    name: 'converter',
    description: 'What makes numbers of partial sums; ideal when left out.',
  }),
  wires: described(
    z
      .strictObject({
        wordLineOhm: resistance,
        bitLineOhm: resistance,
        driverOhm: resistance.default(0),
        loadOhm: resistance.default(0),
      })
      .optional(),
    { name: 'wires', description: 'Resistances of the arrays, solved exactly.', unit: 'ohm' },
  ),
  allowOutside: allowOutsideSchema,
  float: described(
    z.strictObject({ graph: z.string().min(1).optional(), weights: z.string().min(1) }).optional(),
    {
      name: 'float twin',
      description:
        'Network of the same task trained in floating point, for the float row; left out: the file’s own weights.',
    },
  ),
  rangeCalibration: rangeCalibrationSchema,
  references: described(z.boolean().default(true), {
    name: 'references',
    description: 'Whether rows of ideal conversion and of the float network are scored beside.',
  }),
  ablation: ablationSchema,
  data: z.strictObject({
    set: z.enum(['mnist', 'fashion-mnist', 'cifar10', 'cifar100', 'png-folder', 'npy']),
    folder: z.string().min(1).optional(),
    images: z
      .string()
      .regex(/^\d+:\d+$/, 'want first:last, such as 0:1000')
      .optional(),
  }),
  architecture: withDefaults(architectureSchema),
  allocation: withDefaults(allocationSchema),
  seeds: z.array(z.int().min(0)).min(1).default([1, 2, 3]),
});

export type ScoreFile = z.output<typeof scoreSchema>;
