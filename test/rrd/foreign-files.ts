/** Writes RRD files as other machines would, field by field, from plain data: what our own layout is compared with. */
export interface Target {
  readonly littleEndian: boolean;
  readonly long: 4 | 8;
  readonly time: 4 | 8;
  readonly doubleAlignment: 4 | 8;
}

export const targets: Readonly<Record<string, Target>> = {
  "64-bit, big-endian": { littleEndian: false, long: 8, time: 8, doubleAlignment: 8 },
  "32-bit, little-endian (i386)": { littleEndian: true, long: 4, time: 4, doubleAlignment: 4 },
  "32-bit, little-endian (ARM)": { littleEndian: true, long: 4, time: 4, doubleAlignment: 8 },
  "32-bit, big-endian": { littleEndian: false, long: 4, time: 4, doubleAlignment: 8 },
  "32-bit, big-endian, doubles at multiples of 4": {
    littleEndian: false,
    long: 4,
    time: 4,
    doubleAlignment: 4,
  },
  "32-bit, little-endian (ARM), 64-bit times": { littleEndian: true, long: 4, time: 8, doubleAlignment: 8 },
  "32-bit, big-endian, 64-bit times": { littleEndian: false, long: 4, time: 8, doubleAlignment: 8 },
};
export const here: Target = { littleEndian: true, long: 8, time: 8, doubleAlignment: 8 };

/** A slot of eight bytes: a double, a count, or four raw bytes twice. */
export type Slot = number | { readonly count: number } | { readonly node: readonly [number, number] }[] | Raw;
export interface Raw {
  readonly raw: readonly number[];
}

export interface Logical {
  readonly version: number;
  readonly step: number;
  readonly lastUpdate: number;
  readonly microseconds: number;
  readonly sources: readonly {
    readonly name: string;
    readonly type: string;
    readonly parameters: readonly Slot[];
    readonly lastReading: string;
    readonly scratch: readonly Slot[];
  }[];
  readonly archives: readonly {
    readonly cf: string;
    readonly pdpPerRow: number;
    readonly parameters: readonly Slot[];
    /** One list per data source. */
    readonly states: readonly (readonly Slot[])[];
    readonly currentRow: number;
    readonly rows: readonly (readonly number[])[];
  }[];
}

export function encode(file: Logical, target: Target): Buffer {
  const bytes: number[] = [];
  let structure = 0;
  const number = (size: 4 | 8, set: (view: DataView) => void) => {
    const view = new DataView(new ArrayBuffer(size));
    set(view);
    for (let at = 0; at < size; at++) bytes.push(view.getUint8(at));
  };
  const align = (to: number) => {
    while ((bytes.length - structure) % to !== 0) bytes.push(0);
  };
  const unsigned = (size: 4 | 8, value: number) => {
    if (size === 4) number(4, (view) => view.setUint32(0, value, target.littleEndian));
    else number(8, (view) => view.setBigUint64(0, BigInt(value), target.littleEndian));
  };
  const long = (value: number) => {
    align(target.long);
    unsigned(target.long, value);
  };
  const double = (value: number) => {
    // The unknown with the sign bit, as x86 writes it.
    const bits = Number.isNaN(value) ? 0xfff8_0000_0000_0000n : undefined;
    number(8, (view) =>
      bits === undefined
        ? view.setFloat64(0, value, target.littleEndian)
        : view.setBigUint64(0, bits, target.littleEndian),
    );
  };
  const text = (value: string, size: number) => {
    for (let at = 0; at < size; at++) bytes.push(value.charCodeAt(at) || 0);
  };
  const slots = (list: readonly Slot[]) => {
    align(target.doubleAlignment);
    for (let at = 0; at < 10; at++) {
      const slot = list[at] ?? { raw: [] };
      const end = bytes.length + 8;
      if (typeof slot === "number") double(slot);
      else if ("count" in slot) unsigned(target.long, slot.count);
      else if ("raw" in slot) bytes.push(...slot.raw);
      else
        for (const { node } of slot) {
          bytes.push(node[0], 0);
          const view = new DataView(new ArrayBuffer(2));
          view.setInt16(0, node[1], target.littleEndian);
          bytes.push(view.getUint8(0), view.getUint8(1));
        }
      while (bytes.length < end) bytes.push(0);
    }
  };
  const struct = (fields: () => void, alignment: number) => {
    structure = bytes.length;
    fields();
    align(alignment);
  };
  const widest = Math.max(target.long, target.doubleAlignment);

  struct(() => {
    text("RRD", 4);
    text(String(file.version).padStart(4, "0"), 5);
    align(target.doubleAlignment);
    double(8.642135e130);
    long(file.sources.length);
    long(file.archives.length);
    long(file.step);
    slots([]);
  }, widest);
  for (const source of file.sources)
    struct(() => {
      text(source.name, 20);
      text(source.type, 20);
      slots(source.parameters);
    }, target.doubleAlignment);
  for (const archive of file.archives)
    struct(() => {
      text(archive.cf, 20);
      long(archive.rows.length);
      long(archive.pdpPerRow);
      slots(archive.parameters);
    }, widest);
  struct(
    () => {
      unsigned(target.time, file.lastUpdate);
      if (file.version >= 3) long(file.microseconds);
    },
    file.version >= 3 ? Math.max(target.time, target.long) : target.time,
  );
  for (const source of file.sources)
    struct(() => {
      text(source.lastReading, 30);
      slots(source.scratch);
    }, target.doubleAlignment);
  for (const archive of file.archives)
    for (const state of archive.states) struct(() => slots(state), target.doubleAlignment);
  for (const archive of file.archives) struct(() => long(archive.currentRow), target.long);
  for (const archive of file.archives) for (const row of archive.rows) row.forEach(double);
  return Buffer.from(bytes);
}
