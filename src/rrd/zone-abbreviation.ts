import { readFileSync } from "node:fs";

/**
 * The zone's short name at a time, as C's `%Z` gives it: `CET`, `CEST`. JavaScript knows the rules of zones but calls most
 * of them `GMT+1`, so the name comes from the system's zone files; without them it is JavaScript's.
 */
export class ZoneAbbreviation {
  readonly #times: number[] = [];
  readonly #names: string[] = [];
  /** Offset in seconds east of Greenwich -> name, for times after the last change that the file lists. */
  readonly #later = new Map<number, string>();
  #before: string | undefined;

  /** `zone`: its IANA name. */
  constructor(zone: string) {
    if (!/^[\w+-]+(\/[\w+-]+)*$/.test(zone)) return;
    try {
      this.#read(readFileSync(`/usr/share/zoneinfo/${zone}`));
    } catch {
      // No such file, or one that is cut off: JavaScript's names will do.
    }
  }

  #read(bytes: Buffer): void {
    if (bytes.toString("latin1", 0, 4) !== "TZif") return;
    // The first block has 32-bit times; from version 2 on a second one with 64-bit times and a rule follows.
    const wide = bytes.readUInt8(4) >= 0x32;
    const start = wide ? HEAD + blockSize(bytes, 0, 4) : 0;
    const count = bytes.readUInt32BE(start + 32);
    const types = bytes.readUInt32BE(start + 36);
    const width = wide ? 8 : 4;
    const timesAt = start + HEAD;
    const indexesAt = timesAt + count * width;
    const typesAt = indexesAt + count;
    const textsAt = typesAt + types * TYPE;
    const nameOf = (type: number) => {
      const from = textsAt + bytes.readUInt8(typesAt + type * TYPE + 5);
      return bytes.toString("latin1", from, bytes.indexOf(0, from));
    };
    for (let index = 0; index < count; index++) {
      const at = timesAt + index * width;
      this.#times.push(wide ? Number(bytes.readBigInt64BE(at)) : bytes.readInt32BE(at));
      const type = bytes.readUInt8(indexesAt + index);
      this.#names.push(nameOf(type));
      this.#later.set(bytes.readInt32BE(typesAt + type * TYPE), nameOf(type));
    }
    this.#before = types > 0 ? nameOf(0) : undefined;
  }

  /** Epoch seconds. */
  at(epoch: number): string {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] as number) <= epoch) low = middle + 1;
      else high = middle;
    }
    const date = new Date(epoch * 1000);
    const found =
      low === 0
        ? this.#before
        : low < this.#times.length
          ? this.#names[low - 1]
          : (this.#later.get(-date.getTimezoneOffset() * 60) ?? this.#names[low - 1]);
    return found ?? ofJavaScript(date);
  }
}

const HEAD = 44;
const TYPE = 6;

function blockSize(bytes: Buffer, start: number, width: number): number {
  const count = (index: number) => bytes.readUInt32BE(start + 20 + index * 4);
  const [isUt, isStandard, leaps, times, types, texts] = [0, 1, 2, 3, 4, 5].map(count) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return times * width + times + types * TYPE + texts + leaps * (width + 4) + isStandard + isUt;
}

function ofJavaScript(date: Date): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(date);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "UTC";
}

/** `2001-09-09 01:46:40 UTC`, in the local time zone as it was when this was made. */
export class LocalStamps {
  readonly #names = new ZoneAbbreviation(Intl.DateTimeFormat().resolvedOptions().timeZone);

  /** Epoch seconds. */
  at(epoch: number): string {
    const date = new Date(epoch * 1000);
    // A quarter of a million years away: only damage says so.
    if (Number.isNaN(date.getTime())) return "beyond all calendars";
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
    return `${day} ${time} ${this.#names.at(epoch)}`;
  }
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
