/**
 * Names numbered in order of appearance: an open-addressing hash table over code units, so that a
 * name already known costs no string. Letters A-Z are folded to lower case.
 */
export interface NameTable {
  /** Number -> lower-case name. */
  readonly names: string[];
  /** Power-of-two table of number + 1; 0 is empty. */
  slots: Int32Array;
}

export const createNameTable = (initialCapacity = 64): NameTable => ({
  names: [],
  slots: new Int32Array(initialCapacity),
});

/** Number of the name text[start, end), entered if new. */
export function internSlice(table: NameTable, text: string, start: number, end: number): number {
  const slot = findSlot(table, text, start, end);
  const known = table.slots[slot];
  if (known !== 0) return known - 1;
  const number = table.names.length;
  table.names.push(text.slice(start, end).toLowerCase());
  table.slots[slot] = number + 1;
  if (table.names.length * 2 > table.slots.length) grow(table);
  return number;
}

export const internName = (table: NameTable, name: string): number =>
  internSlice(table, name, 0, name.length);

/** Number of a name, or -1 when it was never entered. */
export const findName = (table: NameTable, name: string): number =>
  table.slots[findSlot(table, name, 0, name.length)] - 1;

function findSlot({ names, slots }: NameTable, text: string, start: number, end: number): number {
  const mask = slots.length - 1;
  let slot = hashSlice(text, start, end) & mask;
  for (;;) {
    const entry = slots[slot];
    if (entry === 0 || sameName(names[entry - 1], text, start, end)) return slot;
    slot = (slot + 1) & mask;
  }
}

const fold = (code: number): number => (code >= 65 && code <= 90 ? code | 32 : code);

function hashSlice(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) {
    hash = Math.imul(hash ^ fold(text.charCodeAt(at)), 0x01000193);
  }
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

function grow(table: NameTable): void {
  const slots = new Int32Array(table.slots.length * 4);
  const mask = slots.length - 1;
  table.names.forEach((name, number) => {
    let slot = hashSlice(name, 0, name.length) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = number + 1;
  });
  table.slots = slots;
}
