/** What of a machine shows in the files that are written on it. */
export interface Machine {
  /** As people call it. */
  readonly name: string;
  readonly littleEndian: boolean;
  /** Bytes of C's `unsigned long`. */
  readonly wordBytes: 4 | 8;
  readonly timeBytes: 4 | 8;
  /** i386 puts doubles inside structures at multiples of four. */
  readonly doubleAlignment: 4 | 8;
}

/** The only one whose files are updated in place; all others are read, and converted. */
export const nativeMachine: Machine = {
  name: "64-bit, little-endian",
  littleEndian: true,
  wordBytes: 8,
  timeBytes: 8,
  doubleAlignment: 8,
};

/** Those that files of version 3 to 5 are known to come from; the likelier of two that look alike stands first. */
export const foreignMachines: readonly Machine[] = [
  { name: "64-bit, big-endian", littleEndian: false, wordBytes: 8, timeBytes: 8, doubleAlignment: 8 },
  {
    name: "32-bit, little-endian (i386)",
    littleEndian: true,
    wordBytes: 4,
    timeBytes: 4,
    doubleAlignment: 4,
  },
  { name: "32-bit, little-endian (ARM)", littleEndian: true, wordBytes: 4, timeBytes: 4, doubleAlignment: 8 },
  { name: "32-bit, big-endian", littleEndian: false, wordBytes: 4, timeBytes: 4, doubleAlignment: 8 },
  {
    name: "32-bit, big-endian, doubles at multiples of 4",
    littleEndian: false,
    wordBytes: 4,
    timeBytes: 4,
    doubleAlignment: 4,
  },
  // Times of 64 bits came to 32-bit ARM and PowerPC late.
  {
    name: "32-bit, little-endian (ARM), 64-bit times",
    littleEndian: true,
    wordBytes: 4,
    timeBytes: 8,
    doubleAlignment: 8,
  },
  {
    name: "32-bit, big-endian, 64-bit times",
    littleEndian: false,
    wordBytes: 4,
    timeBytes: 8,
    doubleAlignment: 8,
  },
];
