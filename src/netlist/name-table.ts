/**
 * Names numbered in order of appearance: an open-addressing hash table over code units, so that a
 * name already known costs no string. Letters A-Z are folded to lower case.
 */
export interface NameTable {
  /** Number -> lower-case name. */
  readonly names: string[];
  /** Hash of each name: most comparisons end here, and growing hashes nothing anew. */
  hashes: Int32Array;
  /** Power-of-two table of number + 1; 0 is empty. */
  slots: Int32Array;
}

export const createNameTable = (initialCapacity = 64): NameTable => ({
  names: [],
  hashes: new Int32Array(initialCapacity / 2),
  slots: new Int32Array(initialCapacity),
});

/** Number of the name text[start, end), entered if new. */
export function internSlice(table: NameTable, text: string, start: number, end: number): number {
  const hash = hashSlice(text, start, end);
  const slot = findSlot(table, text, start, end, hash);
  const known = table.slots[slot];
  if (known !== 0) return known - 1;
  const number = table.names.length;
  if (number === table.hashes.length) {
    grow(table);
    table.slots[freeSlot(table, hash)] = number + 1;
  } else table.slots[slot] = number + 1;
  table.names.push(text.slice(start, end).toLowerCase());
  table.hashes[number] = hash;
  return number;
}

export const internName = (table: NameTable, name: string): number =>
  internSlice(table, name, 0, name.length);

/** Number of a name, or -1 when it was never entered. */
export const findName = (table: NameTable, name: string): number =>
  table.slots[findSlot(table, name, 0, name.length, hashSlice(name, 0, name.length))] - 1;

/** The slot that holds a name, or the empty one where it belongs. */
function findSlot(
  { names, hashes, slots }: NameTable,
  text: string,
  start: number,
  end: number,
  hash: number,
): number {
  const mask = slots.length - 1;
  let slot = hash & mask;
  for (;;) {
    const entry = slots[slot];
    if (entry === 0) return slot;
    if (hashes[entry - 1] === hash && sameName(names[entry - 1], text, start, end)) return slot;
    slot = (slot + 1) & mask;
  }
}

function freeSlot({ slots }: NameTable, hash: number): number {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  return slot;
}

const fold = (code: number): number => (code >= 65 && code <= 90 ? code | 32 : code);

/** FNV-1a over folded code units, mixed so that the low bits depend on all of them. */
function hashSlice(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) {
    hash = Math.imul(hash ^ fold(text.charCodeAt(at)), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return hash ^ (hash >>> 15);
}

function sameName(name: string, text: string, start: number, end: number): boolean {
  const length = end - start;
  if (name.length !== length) return false;
  for (let k = 0; k < length; k += 1) {
    if (name.charCodeAt(k) !== fold(text.charCodeAt(start + k))) return false;
  }
  return true;
}

/** Four times the slots, half of them to be filled. */
function grow(table: NameTable): void {
  const count = table.names.length;
  table.slots = new Int32Array(table.slots.length * 4);
  const hashes = new Int32Array(table.slots.length / 2);
  hashes.set(table.hashes);
  table.hashes = hashes;
  for (let number = 0; number < count; number += 1) {
    table.slots[freeSlot(table, hashes[number])] = number + 1;
  }
}
