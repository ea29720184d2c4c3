/** Arguments that are turned into bytes together. */
const MOST_ARGUMENTS = 1024;
/** And their bytes together; a longer argument is out of the ordinary. */
const MOST_BYTES = 32 * 1024;
/** A reading takes a colon at least, and what is taken here has a character as well. */
export const MOST_READINGS = MOST_BYTES / 2;

// Shared by all files: what is in here never outlives the call that put it there.
const bytes = new Uint8Array(MOST_BYTES);
const starts = new Uint32Array(MOST_ARGUMENTS + 1);
const encoder = new TextEncoder();

/**
 * Some of a long list of texts as plain ASCII bytes, one text behind the other: far quicker to look through than the
 * texts, which may be put together from pieces.
 */
export interface BatchText {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where in `bytes` each text begins; one more for the end of the last. */
  readonly starts: Uint32Array;
  /** How many texts there are, from the wanted one on. */
  readonly count: number;
  /** False when a character beyond ASCII is among them: then the bytes mean nothing. */
  readonly plain: boolean;
}

/** As many of the texts from `from` on as fit; none when the first one does not. Holds until the next call. */
export function batchText(texts: readonly string[], from: number): BatchText {
  const most = Math.min(texts.length - from, MOST_ARGUMENTS);
  let count = 0;
  let size = 0;
  for (; count < most; count++) {
    const length = texts[from + count]?.length ?? 0;
    if (size + length > MOST_BYTES) break;
    starts[count] = size;
    size += length;
  }
  starts[count] = size;
  const { read, written } = encoder.encodeInto(texts.slice(from, from + count).join(""), bytes);
  return { bytes, starts, count, plain: read === size && written === size };
}
