const longestLiteral = 65_536;

/**
 * The block format of Snappy with nothing but literals: any reader of it can read that, and values that are no larger
 * than a packet gain nothing from being packed. Format: google/snappy, format_description.txt.
 */
export function snappyBlock(data: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [varint(data.length)];
  for (let at = 0; at < data.length; at += longestLiteral) {
    const piece = data.subarray(at, at + longestLiteral);
    const last = piece.length - 1;
    // A literal's length less one: in the tag itself below 60, else in the one or two bytes behind it.
    const tag = last < 60 ? [last << 2] : last < 256 ? [60 << 2, last] : [61 << 2, last & 0xff, last >> 8];
    pieces.push(Uint8Array.from(tag), piece);
  }
  return Buffer.concat(pieces);
}

/** Seven bits a byte, the lowest first; also how Protocol Buffers write whole numbers. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
