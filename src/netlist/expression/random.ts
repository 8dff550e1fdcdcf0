import { philox4x32 } from '../../numerics/philox.js';
import { uniform53FromWords } from '../../numerics/stream.js';
import type { EvaluationContext } from './scope.js';

/**
 * The random functions of parameters. A draw belongs to (seed, trial, owner, occurrence), where the
 * owner is the full name of what is being evaluated (`x1.rload`): it does not depend on the order of
 * evaluation, on other devices or on workers.
 */
export interface RandomOwner {
  readonly name: string;
  occurrence: number;
}

/**
 * gauss(nominal, relative deviation, sigmas), agauss(nominal, absolute deviation, sigmas),
 * unif(nominal, relative half width), aunif(nominal, half width), limit(nominal, deviation):
 * nominal + or - deviation with equal probability. As in HSPICE and ngspice.
 */
export function drawRandom(
  name: string,
  [nominal, deviation, sigmas = 1]: readonly number[],
  context: EvaluationContext,
  owner: RandomOwner,
): number {
  const words = new Uint32Array(4);
  const { randomKey, trial } = context;
  philox4x32(
    randomKey,
    owner.occurrence,
    hash(owner.name, 0x811c9dc5),
    hash(owner.name, 0x9747b28c),
    trial,
    words,
  );
  owner.occurrence += 1;
  const first = uniform53FromWords(words[0], words[1]);
  const second = uniform53FromWords(words[2], words[3]);
  switch (name) {
    case 'gauss':
      return nominal * (1 + (deviation / sigmas) * normal(first, second));
    case 'agauss':
      return nominal + (deviation / sigmas) * normal(first, second);
    case 'unif':
      return nominal * (1 + deviation * (2 * first - 1));
    case 'aunif':
      return nominal + deviation * (2 * first - 1);
    default:
      return first < 0.5 ? nominal - deviation : nominal + deviation;
  }
}

/** Box and Muller 1958, from two uniforms with 53 bits. */
const normal = (first: number, second: number): number =>
  Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);

/** FNV-1a with a chosen basis, so that two bases make 64 bits. */
function hash(text: string, basis: number): number {
  let value = basis;
  for (let k = 0; k < text.length; k += 1) {
    value = Math.imul(value ^ text.charCodeAt(k), 0x01000193);
  }
  return value >>> 0;
}
