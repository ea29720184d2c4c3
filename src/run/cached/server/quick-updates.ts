import { hashWith } from "../store/named-files.ts";
import { timeOf } from "../store/update-time.ts";
import type { WriteBehind } from "../store/write-behind.ts";

const LINE_END = 10;
const RETURN = 13;
const BLANK = 32;
const COLON = 58;
/** As many digits are a number without doubt. */
const MOST_DIGITS = 15;
/** What a plain word consists of: ASCII that can be seen, but for the backslash. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) => (byte > 32 && byte < 127 && byte !== 92 ? 1 : 0));

/**
 * Takes the lines `UPDATE name time:values` of known files that `bytes` has from `from` on, up to `most` of them: the
 * line that comes a thousand times as often as any other, without making a string of anything. Returns where the first
 * line begins that is not that simple, not right, or not there to its end; how many were taken is `cache.received`.
 */
export function takeUpdates(cache: WriteBehind, bytes: Buffer, from: number, most: number): number {
  let at = from;
  for (let count = 0; count < most; count++) {
    const next = takeUpdate(cache, bytes, at);
    if (next === at) break;
    at = next;
  }
  return at;
}

/** Where the next line begins; `start`: not taken. */
function takeUpdate(cache: WriteBehind, bytes: Buffer, start: number): number {
  const length = bytes.length;
  // The shortest line there can be is longer.
  if (start + 12 > length || !isUpdate(bytes, start)) return start;
  const name = start + 7;
  let hash = 0;
  let at = name;
  let byte = bytes[at] ?? 0;
  while (plain[byte] === 1 && ++at < length) {
    hash = hashWith(hash, byte);
    byte = bytes[at] ?? 0;
  }
  if (byte !== BLANK) return start;
  const file = cache.files.named(hash, bytes, name, at);
  if (file === undefined || ++at >= length) return start;
  const update = at;
  let time = 0;
  byte = bytes[at] ?? 0;
  while (byte >= 48 && byte <= 57 && ++at < length) {
    time = time * 10 + (byte - 48);
    byte = bytes[at] ?? 0;
  }
  const whole = byte === COLON && at > update && at <= update + MOST_DIGITS;
  while (plain[byte] === 1 && ++at < length) byte = bytes[at] ?? 0;
  if (at >= length) return start;
  const end = at;
  if (byte === RETURN && ++at < length) byte = bytes[at] ?? 0;
  if (byte !== LINE_END) return start;
  if (!whole) time = timeOf(bytes.toString("latin1", update, end));
  if (!(time > file.last)) return start;
  cache.received++;
  cache.take(file, bytes, update, end, time);
  return at + 1;
}

function isUpdate(bytes: Buffer, at: number): boolean {
  return (
    bytes[at] === 85 &&
    bytes[at + 1] === 80 &&
    bytes[at + 2] === 68 &&
    bytes[at + 3] === 65 &&
    bytes[at + 4] === 84 &&
    bytes[at + 5] === 69 &&
    bytes[at + 6] === BLANK
  );
}
