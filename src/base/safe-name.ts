const allowed = /[^A-Za-z0-9._-]/gu;

/**
 * A text (a key found in data) made safe as part of a file name: letters, digits, `.`, `_`, `-`; everything else as
 * `%XX` of its UTF-8 bytes, so that different keys stay different. No leading dot or dash, at most 120 bytes.
 */
export function safeName(text: string): string {
  const bytes = new TextEncoder();
  const percent = (character: string) =>
    [...bytes.encode(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join("");
  let name = text.replace(allowed, percent).replace(/^[.-]/, percent);
  if (name.length > 120) name = `${name.slice(0, 103)}~${hash(text)}`;
  return name === "" ? "%00" : name;
}

/** FNV-1a, 64 bit: tells long names apart that start alike. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value.toString(16).padStart(16, "0");
}
