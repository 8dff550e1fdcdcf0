/**
 * Reads a stretch of memory line by line into the caches: rows of tiles are read four or six lines here and there at a
 * time, which no prefetcher follows. What is stored at `sink` keeps the loads.
 */
export function touch(from: usize, bytes: usize, sink: usize): void {
  let any = v128.load(from);
  for (let at = from + 64; at < from + bytes; at += 64) any = v128.or(any, v128.load(at));
  v128.store(sink, any);
}
