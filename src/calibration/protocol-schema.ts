import * as z from 'zod';
import { norm, unit, type Vector3 } from '../numerics/vector3.js';
import { described, optionalQuantity, parseDocument, quantity } from '../units/index.js';

const current = (name: string, description: string) =>
  quantity({ name, unit: 'uA', description, dimension: 'current', default: '0 A' });

const segmentSchema = z.strictObject({
  phase: described(z.enum(['reset', 'preset', 'pulse', 'relax', 'read']), {
    name: 'phase',
    description: 'What the segment is for; labels and checks, not physics.',
  }),
  duration: quantity({
    name: 'duration',
    symbol: 't',
    unit: 'ns',
    description: 'Of the segment.',
    dimension: 'time',
    min: 0,
    exclusiveMin: true,
    max: '100 us',
  }),
  waveform: described(z.enum(['constant', 'rise', 'fall']).default('constant'), {
    name: 'waveform',
    description:
      'constant, a straight rise from zero to the values, or a straight fall from them to zero; build other shapes from several segments.',
    default: 'constant',
  }),
  sweptShare: described(z.number().min(-10).max(10).default(0), {
    name: 'share of the swept current',
    unit: '',
    description: 'Factor of the swept current (the one P_sw is plotted against) in this segment.',
    default: '0',
  }),
  channelCurrent: current('channel current', 'Fixed current along x in the heavy-metal channel.'),
  presetCurrent: current('preset current', 'Fixed current in the crossing preset channel.'),
  junctionCurrent: current('junction current', 'Fixed current through the junction.'),
  junctionVoltage: quantity({
    name: 'junction voltage',
    unit: 'V',
    description: 'Voltage over the barrier, for voltage-controlled anisotropy.',
    dimension: 'voltage',
    default: '0 V',
  }),
  field: described(
    z.tuple([fieldComponent('x'), fieldComponent('y'), fieldComponent('z')]).prefault([0, 0, 0]),
    {
      name: 'applied field',
      unit: 'mT',
      description: "Field beside the device's own.",
      default: '[0, 0, 0]',
    },
  ),
});

function fieldComponent(axis: string) {
  return quantity({
    name: `${axis} component`,
    unit: 'mT',
    description: 'Field component.',
    dimension: 'fluxDensity',
  });
}

/** A calibration protocol: what is done to the magnet in one conversion, as data. */
export const protocolSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().default(''),
  kind: described(z.enum(['hard-axis-preset', 'reset-and-pulse']), {
    name: 'kind',
    description:
      'hard-axis-preset: driven to the hard axis, then a small bipolar current decides (P = 1/2 at zero current). reset-and-pulse: starts in one well, a pulse around the bias current I50 decides.',
  }),
  swept: described(z.enum(['channel', 'junction', 'preset']).default('channel'), {
    name: 'swept current',
    description: 'Through which terminal the swept current flows.',
    default: 'channel',
  }),
  switchedDirection: described(
    z
      .tuple([z.number(), z.number(), z.number()], { error: 'want three numbers [x, y, z]' })
      .refine((v) => norm(v) > 0, { error: 'a direction may not be [0, 0, 0]' })
      .transform((v): Vector3 => unit(v))
      .optional(),
    {
      name: 'switched direction',
      unit: 'direction',
      description:
        "A trial counts as switched when m ends on this side; absent: the device's reference direction.",
    },
  ),
  start: described(z.enum(['opposite', 'switched']).default('opposite'), {
    name: 'start',
    description:
      'Well in which the trials start, in thermal equilibrium: opposite the switched direction, or on its side.',
    default: 'opposite',
  }),
  temperature: optionalQuantity({
    name: 'temperature',
    symbol: 'T',
    unit: 'K',
    description: "Of the bath; absent: the device's.",
    dimension: 'temperature',
    min: 0,
    exclusiveMin: true,
  }),
  step: optionalQuantity({
    name: 'time step',
    symbol: 'dt',
    unit: 'ps',
    description: 'Of the stochastic Heun method; absent: 0.05 rad of the fastest precession.',
    dimension: 'time',
    min: 0,
    exclusiveMin: true,
  }),
  range: z.strictObject({
    from: quantity({
      name: 'lower current',
      unit: 'uA',
      description: 'Where the search for the transition begins; it widens or narrows by itself.',
      dimension: 'current',
    }),
    to: quantity({
      name: 'upper current',
      unit: 'uA',
      description: 'Upper end of that search.',
      dimension: 'current',
    }),
  }),
  segments: z.array(segmentSchema).min(1),
});

export type Protocol = z.output<typeof protocolSchema>;
export type ProtocolSegment = Protocol['segments'][number];

/**
 * Reads a protocol file. Throws `SpinbarError` (exit 3) with every problem: unknown keys, wrong
 * dimensions, a range that is empty, a protocol in which the swept current never flows.
 */
export function parseProtocol(
  text: string,
  file: string,
  options: { readonly override?: (data: unknown) => unknown } = {},
): Protocol {
  const checked = protocolSchema.superRefine((protocol, context) => {
    if (!(protocol.range.from < protocol.range.to))
      context.addIssue({
        code: 'custom',
        path: ['range'],
        message: 'the range is empty: `from` must be below `to`',
        params: { mend: 'exchange them' },
      });
    if (protocol.segments.every(({ sweptShare }) => sweptShare === 0))
      context.addIssue({
        code: 'custom',
        path: ['segments'],
        message: 'the swept current flows in no segment',
        params: { mend: 'give the deciding segment `sweptShare: 1`' },
      });
  });
  return parseDocument(checked, text, file, options);
}
