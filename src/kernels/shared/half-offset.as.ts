/** Byte offsets into 16-bit numbers, from tables of those into 32-bit ones. */
export function halfOffset(table: usize): usize {
  return <usize>(load<i32>(table) >> 1);
}
