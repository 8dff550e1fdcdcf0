import { invalidInput } from '../../../errors/index.js';
import { parseDevice, type Mtj } from '../../../magnetics/index.js';
import { locate, type Circuit, type ModelCard, type ModelDevice } from '../../../netlist/index.js';
import { norm, scale, type Vector3 } from '../../../numerics/vector3.js';
import { newMagnet, type Magnet } from './magnet.js';

/** One junction of a circuit: what it is and where its magnet stands. */
export interface Junction {
  readonly device: ModelDevice;
  readonly mtj: Mtj;
  readonly magnet: Magnet;
  /** The Oersted field of the strip counts. */
  readonly oersted: boolean;
}

/**
 * Reads the device file of the card and the start of the device.
 * @throws SpinbarError (exit code 3) for a card without file, a file that is no device, a number of nodes
 * other than two or three, a start without direction.
 */
export function junctionOf(device: ModelDevice, circuit: Circuit): Junction {
  const card = circuit.models.get(device.model)!;
  const refuse = (what: string, mend: string, place = device.place) =>
    invalidInput({
      code: 'circuit.mtj',
      what,
      where: locate(circuit.sources, place),
      mend,
    });
  const { nodes, name, parameters } = device;
  if (nodes.length !== 2 && nodes.length !== 3)
    throw refuse(
      `${name} has ${nodes.length} nodes`,
      'write Yname top bottom model, or Yname top in out model for a junction on a strip',
    );
  const mtj = deviceOf(card);
  if (!mtj)
    throw refuse(
      `model ${card.name} names no device file`,
      `write .model ${card.name} mtj file="device.yaml"`,
      card.place,
    );
  const start = startOf(mtj, parameters);
  if (!start)
    throw refuse(`${name} starts in no direction`, 'give mx, my, mz not all 0, or state= 0 or 1');
  const noisy = (card.parameters.thermal ?? 0) !== 0;
  const seed = parameters.seed ?? card.parameters.seed ?? 1;
  return {
    device,
    mtj,
    magnet: newMagnet({
      mtj,
      start,
      noise: noisy ? { seed, name } : undefined,
    }),
    oersted: (card.parameters.oersted ?? 0) !== 0,
  };
}

const known = new WeakMap<ModelCard, Mtj>();

/** Device of a card; read once. */
function deviceOf(card: ModelCard): Mtj | undefined {
  const { file, content } = card.texts;
  if (file === undefined || content === undefined) return undefined;
  const mtj = known.get(card) ?? parseDevice(content, file).mtj;
  known.set(card, mtj);
  return mtj;
}

function startOf(mtj: Mtj, own: Readonly<Record<string, number>>): Vector3 | undefined {
  const { state = 0, mx, my, mz } = own;
  if (mx === undefined && my === undefined && mz === undefined)
    return state === 0 || state === 1 ? scale(1 - 2 * state, mtj.referenceDirection) : undefined;
  const given: Vector3 = [mx ?? 0, my ?? 0, mz ?? 0];
  return norm(given) > 0 ? given : undefined;
}
