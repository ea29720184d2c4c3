const MOST_REMEMBERED = 100_000;

/**
 * Spreads paths over addresses by rendezvous hashing: a path goes to the address whose hash with it is highest, so that
 * taking one address away moves only its own paths, and the order of the addresses does not matter.
 */
export class Shards {
  readonly #seeds: readonly number[];
  readonly #known = new Map<string, number>();

  constructor(addresses: readonly string[]) {
    this.#seeds = addresses.map((address) => fnv1a(address, 0x811c9dc5));
  }

  /** The index of the address that `path` belongs to. */
  of(path: string): number {
    if (this.#seeds.length === 1) return 0;
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    let best = 0;
    let highest = -1;
    for (let index = 0; index < this.#seeds.length; index++) {
      const weight = mixed(fnv1a(path, this.#seeds[index] ?? 0));
      if (weight > highest) {
        highest = weight;
        best = index;
      }
    }
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    this.#known.set(path, best);
    return best;
  }
}

function fnv1a(text: string, seed: number): number {
  let hash = seed;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** FNV's high bits hardly depend on the last characters; this spreads them (the finisher of MurmurHash3). */
function mixed(hash: number): number {
  let value = hash;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
