/**
 * What an index of training-bits.as.ts looks up, by the digits that an array's rows are driven with: its bits are 0 and
 * 1; or -1 and 1; or, with rows of the image's padding among them, first the ones and then the minus ones.
 */
export type BitKind = 'unipolar' | 'bipolar' | 'padded-bipolar';

export const kernelKind: Readonly<Record<BitKind, number>> = {
  unipolar: 0,
  bipolar: 1,
  'padded-bipolar': 2,
};

/** Look-ups for a group of four rows. */
export const lookUpsOf = (kind: BitKind): number => (kind === 'padded-bipolar' ? 2 : 1);

/** Sums of four weights of -1, 0 or 1 times digits by index, for all 81 patterns of the weights: 16 bytes each. */
function patternsOf(set: number, unset: number): Int32Array {
  const sums = new Int8Array(81 * 16);
  for (let pattern = 0; pattern < 81; pattern += 1)
    for (let index = 0; index < 16; index += 1) {
      let sum = 0;
      let rest = pattern;
      for (let r = 0; r < 4; r += 1) {
        sum += ((rest % 3) - 1) * ((index >> r) & 1 ? set : unset);
        rest = Math.floor(rest / 3);
      }
      sums[pattern * 16 + index] = sum;
    }
  return new Int32Array(sums.buffer);
}

const ones = patternsOf(1, 0);
const minusOnes = patternsOf(-1, 0);
const either = patternsOf(1, -1);

/** One array's digits of up to four slices: (outputs x stride) words, of which `rows` from `first` on are in the array. */
export interface BitDigits {
  /** A slice's digit of -1, 0 or 1, plus 1, in each byte. */
  readonly words: Int32Array;
  readonly slices: number;
  readonly first: number;
  readonly rows: number;
  readonly stride: number;
  readonly outputs: number;
}

/**
 * Look-up tables of training-bits.as.ts: target[slice][output / 4][look-up][output % 4] of 16 bytes, `sliceLength` of
 * target's elements a slice. Rows missing to a multiple of four weigh nothing.
 */
export function packBitTables(
  target: Int32Array,
  kind: BitKind,
  digits: BitDigits,
  sliceLength: number,
): void {
  const groups = Math.ceil(digits.rows / 4);
  if (kind === 'padded-bipolar') {
    packLookUps(target, ones, digits, { first: 0, all: 2 * groups, sliceLength });
    packLookUps(target, minusOnes, digits, { first: groups, all: 2 * groups, sliceLength });
  } else
    packLookUps(target, kind === 'bipolar' ? either : ones, digits, {
      first: 0,
      all: groups,
      sliceLength,
    });
}

/** Four digits of 0. */
const NOTHING = 0x01010101;

function packLookUps(
  target: Int32Array,
  known: Int32Array,
  { words, slices, first, rows, stride, outputs }: BitDigits,
  place: { readonly first: number; readonly all: number; readonly sliceLength: number },
): void {
  const { sliceLength } = place;
  for (let o = 0; o < outputs; o += 1) {
    let from = o * stride + first;
    let to = (((o >> 2) * place.all + place.first) * 4 + (o & 3)) * 4;
    for (let left = rows; left > 0; left -= 4) {
      // Patterns of all slices at once: a byte's digits to the base of 3 are at most 80.
      let patterns =
        words[from] +
        3 * (left > 1 ? words[from + 1] : NOTHING) +
        9 * (left > 2 ? words[from + 2] : NOTHING) +
        27 * (left > 3 ? words[from + 3] : NOTHING);
      for (let s = 0; s < slices; s += 1) {
        const at = (patterns & 127) * 4;
        const own = to + s * sliceLength;
        target[own] = known[at];
        target[own + 1] = known[at + 1];
        target[own + 2] = known[at + 2];
        target[own + 3] = known[at + 3];
        patterns >>= 8;
      }
      to += 16;
      from += 4;
    }
  }
}
