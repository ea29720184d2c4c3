import type { Random } from "./random.ts";

/** One change that knows nothing of what the bytes mean. */
export function damageBytes(random: Random, bytes: Buffer, other: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  switch (random.weighted(kinds)) {
    case "flip":
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 + random.below(255));
      return bytes;
    case "bit":
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case "word": {
      const start = at - (at % 8);
      if (start + 8 <= bytes.length) bytes.writeBigUInt64LE(random.pick(words), start);
      return bytes;
    }
    case "truncate":
      return bytes.subarray(0, at);
    case "extend":
      return Buffer.concat([bytes, Buffer.alloc(random.below(300), random.below(256))]);
    case "splice": {
      const from = random.below(other.length);
      const piece = other.subarray(from, from + random.below(200));
      return Buffer.concat([
        bytes.subarray(0, at),
        piece,
        bytes.subarray(at + (random.chance(0.5) ? piece.length : 0)),
      ]);
    }
    case "remove":
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(64))]);
    case "empty":
      return Buffer.alloc(0);
  }
}

const kinds = { flip: 40, bit: 20, word: 20, truncate: 10, extend: 5, splice: 8, remove: 5, empty: 0.3 };
const words: readonly bigint[] = [
  0n,
  1n,
  2n,
  255n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 52n,
  2n ** 53n,
  2n ** 61n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
  0x7ff0_0000_0000_0000n,
  0xfff8_0000_0000_0000n,
  0x7fef_ffff_ffff_ffffn,
];
