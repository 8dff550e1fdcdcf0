import * as z from 'zod';
import { norm, unit, type Vector3 } from '../numerics/vector3.js';
import { described, optionalQuantity, parseDocument, quantity } from '../units/index.js';
import type { Device } from './device.js';

const direction = (name: string, description: string, fallback: Vector3) =>
  described(
    z
      .tuple([z.number(), z.number(), z.number()], { error: 'want three numbers [x, y, z]' })
      .refine((v) => norm(v) > 0, { error: 'a direction may not be [0, 0, 0]' })
      .transform((v): Vector3 => unit(v))
      .prefault([...fallback]),
    { name, description, unit: 'direction', default: `[${fallback.join(', ')}]` },
  );

const fieldComponent = (axis: string) =>
  quantity({
    name: `${axis} component`,
    unit: 'mT',
    description: 'Field component.',
    dimension: 'fluxDensity',
  });

const field = (name: string, symbol: string, description: string) =>
  described(
    z.tuple([fieldComponent('x'), fieldComponent('y'), fieldComponent('z')]).prefault([0, 0, 0]),
    { name, symbol, unit: 'mT', description, default: '[0, 0, 0]' },
  );

const channelSchema = z.strictObject({
  length: quantity({
    name: 'channel length',
    symbol: 'L',
    unit: 'nm',
    description: 'Heavy-metal channel along the current, x.',
    dimension: 'length',
    min: 0,
    exclusiveMin: true,
  }),
  width: quantity({
    name: 'channel width',
    symbol: 'W',
    unit: 'nm',
    description: 'Across the current, y.',
    dimension: 'length',
    min: 0,
    exclusiveMin: true,
  }),
  thickness: quantity({
    name: 'channel thickness',
    symbol: 'tHM',
    unit: 'nm',
    description: 'Of the heavy metal.',
    dimension: 'length',
    min: 0,
    exclusiveMin: true,
  }),
  resistivity: quantity({
    name: 'channel resistivity',
    symbol: 'rhoHM',
    unit: 'uohm cm',
    description: 'Of the heavy metal.',
    dimension: 'resistivity',
    min: 0,
    exclusiveMin: true,
  }),
});

const temperatureLawsSchema = z
  .strictObject({
    reference: quantity({
      name: 'reference temperature',
      symbol: 'Tr',
      unit: 'K',
      description: 'At which the values of the device file hold.',
      dimension: 'temperature',
      min: 0,
      exclusiveMin: true,
      default: '300 K',
    }),
    curie: quantity({
      name: 'Curie temperature',
      symbol: 'Tc',
      unit: 'K',
      description: 'Of the free layer.',
      dimension: 'temperature',
      min: 0,
      exclusiveMin: true,
    }),
    magnetisationExponent: quantity({
      name: 'magnetisation exponent',
      symbol: 'b',
      description: 'Ms(T) = Ms (1 - (T/Tc)^b)/(1 - (Tr/Tc)^b).',
      source: 'Bloch, Z. Phys. 61, 206, 1930',
      dimension: 'none',
      min: 0.5,
      max: 5,
      default: 1.5,
    }),
    anisotropyExponent: quantity({
      name: 'anisotropy exponent',
      symbol: 'q',
      description: 'K(T) = K (Ms(T)/Ms)^q.',
      source: 'Callen and Callen, J. Phys. Chem. Solids 27, 1271, 1966',
      dimension: 'none',
      min: 0,
      max: 10,
      default: 2.2,
    }),
    polarisationLoss: quantity({
      name: 'polarisation loss',
      description:
        'Part of the tunnel polarisation lost between 0 K and the reference, as T^(3/2).',
      source: 'Shang et al., Phys. Rev. B 58, R2917, 1998',
      dimension: 'none',
      min: 0,
      max: 0.9,
      default: 0,
    }),
  })
  .refine(({ reference, curie }) => reference < curie, {
    error: 'the Curie temperature must lie above the reference temperature',
    path: ['curie'],
  });

/** The fields of `mtj:` in a device file, declared once: validation, documentation, labels. */
export const mtjSchema = z.strictObject({
  shape: described(z.enum(['elliptic-cylinder', 'cuboid', 'ellipsoid']), {
    name: 'shape',
    description: 'Body of the free layer, for its volume and demagnetising factors.',
    default: 'elliptic-cylinder',
  }).default('elliptic-cylinder'),
  length: quantity({
    name: 'free-layer length',
    symbol: 'Lx',
    unit: 'nm',
    description: 'Extent of the free layer along x, the channel current.',
    dimension: 'length',
    min: '1 nm',
    max: '1 um',
  }),
  width: quantity({
    name: 'free-layer width',
    symbol: 'Ly',
    unit: 'nm',
    description: 'Extent of the free layer along y.',
    dimension: 'length',
    min: '1 nm',
    max: '1 um',
  }),
  thickness: quantity({
    name: 'free-layer thickness',
    symbol: 'tF',
    unit: 'nm',
    description: 'Magnetic thickness of the free layer.',
    dimension: 'length',
    min: '0.1 nm',
    max: '100 nm',
  }),
  saturationMagnetisation: quantity({
    name: 'saturation magnetisation',
    symbol: 'Ms',
    unit: 'A/m',
    description: 'Of the free layer at the reference temperature.',
    dimension: 'magnetisation',
    min: 0,
    exclusiveMin: true,
    max: '3e6 A/m',
  }),
  interfaceAnisotropy: quantity({
    name: 'interface anisotropy',
    symbol: 'Ki',
    unit: 'J/m^2',
    description: 'Perpendicular interface anisotropy energy per area; positive favours z.',
    dimension: 'energyPerArea',
    default: '0 J/m^2',
  }),
  bulkAnisotropy: quantity({
    name: 'bulk anisotropy',
    symbol: 'Kb',
    unit: 'J/m^3',
    description: 'Perpendicular bulk anisotropy energy density; positive favours z.',
    dimension: 'energyPerVolume',
    default: '0 J/m^3',
  }),
  inPlaneAnisotropy: quantity({
    name: 'in-plane anisotropy',
    symbol: 'Kip',
    unit: 'J/m^3',
    description: 'Uniaxial in-plane anisotropy beyond shape.',
    dimension: 'energyPerVolume',
    default: '0 J/m^3',
  }),
  inPlaneAxis: quantity({
    name: 'in-plane axis',
    symbol: 'phi',
    unit: 'deg',
    description: 'Angle of that axis from x.',
    dimension: 'none',
    default: '90 deg',
  }),
  demagnetisation: described(
    z
      .tuple([z.number().min(0).max(1), z.number().min(0).max(1), z.number().min(0).max(1)])
      .refine(([x, y, zz]) => Math.abs(x + y + zz - 1) < 1e-3, {
        error: 'the three factors must add up to 1',
      })
      .optional(),
    {
      name: 'demagnetising factors',
      symbol: 'N',
      description: '[Nx, Ny, Nz]; left out: computed from the shape.',
    },
  ),
  alpha: quantity({
    name: 'Gilbert damping',
    symbol: 'alpha',
    description: 'Loss of precession.',
    dimension: 'none',
    min: 0,
    exclusiveMin: true,
    max: 1,
  }),
  thetaDampingLike: quantity({
    name: 'spin Hall angle',
    symbol: 'thetaDL',
    description:
      'Damping-like spin-orbit torque efficiency of the channel; its sign is the sense of the torque.',
    dimension: 'none',
    min: -10,
    max: 10,
  }),
  fieldLikeRatio: quantity({
    name: 'field-like ratio',
    symbol: 'bFL/aDL',
    description:
      'Field-like over damping-like spin-orbit torque. It changes the threshold fourfold.',
    dimension: 'none',
    default: 0,
  }),
  spinOrbitPolarisation: direction(
    'spin-orbit polarisation',
    'Spin polarisation of a positive channel current.',
    [0, 1, 0],
  ),
  presetPolarisation: direction(
    'preset polarisation',
    'Spin polarisation of a positive current in the crossing preset channel.',
    [1, 0, 0],
  ),
  spinTransferEfficiency: quantity({
    name: 'spin-transfer efficiency',
    symbol: 'eta',
    description: 'Of a current through the junction.',
    dimension: 'none',
    min: 0,
    max: 1,
    default: 0.6,
  }),
  spinTransferAsymmetry: quantity({
    name: 'spin-transfer asymmetry',
    symbol: 'lambda',
    description: 'The torque is divided by 1 + lambda m.reference.',
    dimension: 'none',
    min: -0.95,
    max: 0.95,
    default: 0,
  }),
  referenceDirection: direction(
    'reference direction',
    'Magnetisation of the reference layer.',
    [0, 0, 1],
  ),
  tunnelPolarisation: quantity({
    name: 'tunnel polarisation',
    symbol: 'P',
    description:
      'Spin polarisation of the tunnel current; TMR = 2 P^2/(1 - P^2) where no TMR is given.',
    dimension: 'none',
    min: 0,
    max: 0.999,
    default: 0.6,
  }),
  tunnelMagnetoresistance: optionalQuantity({
    name: 'tunnel magnetoresistance',
    symbol: 'TMR',
    description: '(R_AP - R_P)/R_P at zero bias.',
    dimension: 'none',
    min: 0,
    max: 20,
  }),
  tmrHalfBias: quantity({
    name: 'TMR half bias',
    symbol: 'Vh',
    unit: 'V',
    description: 'Voltage at which TMR has halved.',
    dimension: 'voltage',
    min: 0,
    exclusiveMin: true,
    default: '0.5 V',
  }),
  resistanceArea: quantity({
    name: 'resistance-area product',
    symbol: 'RA',
    unit: 'ohm um^2',
    description: 'Of the parallel state.',
    dimension: 'resistanceArea',
    min: 0,
    exclusiveMin: true,
  }),
  barrierThickness: quantity({
    name: 'barrier thickness',
    symbol: 'tox',
    unit: 'nm',
    description: 'Of the tunnel barrier.',
    dimension: 'length',
    min: '0.1 nm',
    default: '1.4 nm',
  }),
  vcma: quantity({
    name: 'VCMA coefficient',
    symbol: 'xi',
    unit: 'fJ/(V m)',
    description: 'Interface anisotropy lowered per electric field.',
    dimension: 'energyPerVoltMetre',
    default: '0 fJ/(V m)',
  }),
  channel: described(channelSchema, {
    name: 'channel',
    description: 'Heavy-metal strip that carries the spin-orbit current.',
  }),
  freeLayerResistivity: quantity({
    name: 'free-layer resistivity',
    symbol: 'rhoF',
    unit: 'uohm cm',
    description: 'For shunting of the channel current; 0: no shunting.',
    dimension: 'resistivity',
    min: 0,
    default: '0 uohm cm',
  }),
  externalField: field('external field', 'Bext', 'Constant applied field [x, y, z].'),
  exchangeField: field(
    'exchange field',
    'Bex',
    'Exchange-bias and interlayer-exchange field on the free layer [x, y, z].',
  ),
  temperature: quantity({
    name: 'temperature',
    symbol: 'T',
    unit: 'K',
    description: 'Of the bath.',
    dimension: 'temperature',
    min: '0 K',
    max: '1500 K',
    default: '300 K',
  }),
  temperatureLaws: described(temperatureLawsSchema.optional(), {
    name: 'temperature laws',
    description:
      'How Ms, the anisotropies and the tunnel polarisation follow the bath; left out: they do not.',
  }),
});

/** A device file. */
export const deviceSchema = z.strictObject({
  name: described(z.string().min(1), { name: 'name', description: 'Short name of the device.' }),
  description: described(z.string(), {
    name: 'description',
    description: 'What it is, in a sentence.',
  }),
  mtj: described(mtjSchema, {
    name: 'junction',
    description: 'The spin-orbit magnetic tunnel junction.',
  }),
  sources: described(z.record(z.string(), z.string()), {
    name: 'sources',
    description: 'Key below mtj to the source of its value.',
  }).default({}),
});

/** Reads a device file. Throws `SpinbarError` (exit 3) with every problem at once. */
export const parseDevice = (
  text: string,
  file: string,
  options: { readonly override?: (data: unknown) => unknown } = {},
): Device => parseDocument(deviceSchema, text, file, options);
