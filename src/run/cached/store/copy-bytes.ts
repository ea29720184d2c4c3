/** Up to so many bytes a loop is faster than the call. */
const FEW = 64;

/** Copies `source` from `from` up to `to` into `target` at `at`, where there is room. */
export function copyBytes(source: Buffer, from: number, to: number, target: Buffer, at: number): void {
  if (to - from > FEW) source.copy(target, at, from, to);
  else for (let index = from, put = at; index < to; index++, put++) target[put] = source[index] ?? 0;
}

/** `bytes`, or when they have not room for `size`, a larger copy of their first `used`. */
export function withRoom(bytes: Buffer, used: number, size: number): Buffer {
  if (size <= bytes.length) return bytes;
  const larger = Buffer.allocUnsafe(Math.max(size, 2 * bytes.length));
  bytes.copy(larger, 0, 0, used);
  return larger;
}
