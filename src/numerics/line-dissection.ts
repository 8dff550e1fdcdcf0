/**
 * Geometric nested dissection of a grid of distributed lines (George, SIAM J. Numer. Anal. 10, 345,
 * 1973): a rectangle is cut across its longer side. A cut between columns removes the nodes that the
 * horizontal lines have there, one a row, since vertical lines do not cross it; a cut between rows
 * removes nodes of vertical lines. `visit` gets every node once, in order of elimination.
 */
export function dissectLines(
  rows: number,
  columns: number,
  visit: (family: 'horizontal' | 'vertical', i: number, j: number) => void,
): void {
  const [takenAcross, takenDown] = [new Uint8Array(rows * columns), new Uint8Array(rows * columns)];
  const across = (i: number, j: number): void => {
    if (takenAcross[i * columns + j]) return;
    takenAcross[i * columns + j] = 1;
    visit('horizontal', i, j);
  };
  const down = (i: number, j: number): void => {
    if (takenDown[i * columns + j]) return;
    takenDown[i * columns + j] = 1;
    visit('vertical', i, j);
  };
  const recurse = (top: number, bottom: number, left: number, right: number): void => {
    const [height, width] = [bottom - top, right - left];
    if (height * width <= 2) {
      for (let i = top; i < bottom; i += 1) {
        for (let j = left; j < right; j += 1) {
          across(i, j);
          down(i, j);
        }
      }
      return;
    }
    // Mark the separator as taken first, so that the halves leave it alone, and visit it last.
    if (width >= height) {
      const middle = (left + right) >> 1;
      const own = free(takenAcross, top, bottom, (i) => i * columns + middle);
      recurse(top, bottom, left, middle);
      recurse(top, bottom, middle, right);
      for (const i of own) visit('horizontal', i, middle);
    } else {
      const middle = (top + bottom) >> 1;
      const own = free(takenDown, left, right, (j) => middle * columns + j);
      recurse(top, middle, left, right);
      recurse(middle, bottom, left, right);
      for (const j of own) visit('vertical', middle, j);
    }
  };
  recurse(0, rows, 0, columns);
}

/** Indices in [from, to) whose place was free; they are taken now. */
function free(
  taken: Uint8Array,
  from: number,
  to: number,
  placeOf: (index: number) => number,
): number[] {
  const own: number[] = [];
  for (let index = from; index < to; index += 1) {
    if (taken[placeOf(index)]) continue;
    taken[placeOf(index)] = 1;
    own.push(index);
  }
  return own;
}
