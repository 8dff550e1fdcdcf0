import { philox4x32, type PhiloxKey } from './philox.js';

/**
 * The key of the stream that belongs to (seed, purpose). `purpose` is a readable path such as
 * `llg.thermal-field` or `network.conversion`; different purposes give unrelated streams.
 * `seed` is any safe integer. FNV-1a of the purpose is mixed with the seed by one Philox block.
 */
export function streamKey(seed: number, purpose: string): PhiloxKey {
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`invalid seed: ${seed}, want a safe integer`);
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32) >>> 0;
  const out = new Uint32Array(4);
  philox4x32({ key0: low, key1: high }, fnv1a(purpose), purpose.length, 0, 0, out);
  return { key0: out[0], key1: out[1] };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** A uniform number in the open interval (0, 1) from one 32-bit word: (word + 0.5) / 2^32. */
export const uniformFromWord = (word: number): number => ((word >>> 0) + 0.5) * 2 ** -32;

/** A uniform number in (0, 1) with 53 bits from two 32-bit words. */
export const uniform53FromWords = (high: number, low: number): number =>
  ((high >>> 6) * 2 ** 27 + (low >>> 5) + 0.5) * 2 ** -53;
