const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];

/** A ustar header and its file. */
export function tarFile(name: string, bytes: Uint8Array, type = '0'): Uint8Array {
  const block = new Uint8Array(512 + Math.ceil(bytes.length / 512) * 512);
  block.set(ascii(name));
  block.set(ascii(`${bytes.length.toString(8).padStart(11, '0')} `), 124);
  block.set(ascii('        '), 148);
  block.set(ascii(type), 156);
  block.set(ascii('ustar\u000000'), 257);
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  block.set(ascii(`${sum.toString(8).padStart(6, '0')}\u0000 `), 148);
  block.set(bytes, 512);
  return block;
}
