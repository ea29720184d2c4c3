import type { Field } from "./header-fields.ts";
import type { Random } from "./random.ts";

/** Puts something else into one field of a header. */
export function damageField(
  random: Random,
  bytes: Buffer,
  { at, kind, bytes: size, littleEndian }: Field,
): void {
  if (at + size > bytes.length) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const asDouble = kind === "double" || (kind === "slots" && random.chance(0.5));
  if (kind === "text") {
    bytes.write(random.pick(texts).slice(0, size), at, "latin1");
    if (random.chance(0.3)) bytes.fill(65 + random.below(26), at, at + size);
  } else if (asDouble) view.setFloat64(at, random.pick(doubles), littleEndian);
  else if (kind === "slots" && random.chance(0.2)) {
    // The opcodes of COMPUTE: one byte of operation, a short of operand, twice.
    for (let byte = 0; byte < 8; byte++)
      view.setUint8(at + byte, random.chance(0.5) ? random.below(60) : random.below(256));
  } else {
    const before =
      size === 4 ? BigInt(view.getUint32(at, littleEndian)) : view.getBigUint64(at, littleEndian);
    const value = random.chance(0.3) ? before + BigInt(random.below(5) - 2) : random.pick(counts);
    if (size === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)), littleEndian);
    else view.setBigUint64(at, BigInt.asUintN(64, value), littleEndian);
  }
}

const counts: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  7n,
  30n,
  100n,
  1000n,
  65_535n,
  1_000_000n,
  2n ** 27n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 40n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 58n,
  2n ** 61n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const doubles: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  0.999,
  1.5,
  1e-320,
  1e308,
  -1e308,
  8.642135e130,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

const texts: readonly string[] = [
  "\0",
  "RRD\0",
  "0001\0",
  "0002\0",
  "0003\0",
  "0004\0",
  "0005\0",
  "9999\0",
  "GAUGE\0",
  "COUNTER\0",
  "DERIVE\0",
  "ABSOLUTE\0",
  "DCOUNTER\0",
  "DDERIVE\0",
  "COMPUTE\0",
  "AVERAGE\0",
  "MIN\0",
  "MAX\0",
  "LAST\0",
  "HWPREDICT\0",
  "MHWPREDICT\0",
  "SEASONAL\0",
  "DEVSEASONAL\0",
  "DEVPREDICT\0",
  "FAILURES\0",
  "x\0",
  "a\nb\0",
  "a b\0",
  "é\0",
  "\u0001\0",
  "UNKN\0",
  "1e400\0",
  "999999999999999999999999999999",
  "-5\0",
  "U\0",
  "18446744073709551615\0",
];
