/**
 * Where the character `offset` of a text value stands in the text as it is written, with its quotes or block header;
 * both count from its beginning. Undefined when it cannot be told.
 */
export function offsetInScalar(raw: string, offset: number): number | undefined {
  const style = raw[0] ?? "";
  if (style === "|" || style === ">") return offsetInBlock(raw, offset, style === ">");
  const quote = style === '"' || style === "'" ? style : "";
  let at = quote.length;
  for (let left = offset; left > 0 && at < raw.length; left--) {
    if (quote === '"' && raw[at] === "\\")
      at += /^\\(?:x..|u....|U.{8}|.)/su.exec(raw.slice(at, at + 12))?.[0].length ?? 2;
    else if (quote === "'" && raw.startsWith("''", at)) at += 2;
    else at += /^[ \t]*\r?\n\s*/.exec(raw.slice(at, at + 400))?.[0].length ?? 1;
  }
  return Math.min(at, raw.length);
}

/** Block texts lose their indentation, that of the first line; in folded ones the ends of lines become blanks. */
function offsetInBlock(raw: string, offset: number, folded: boolean): number | undefined {
  const header = raw.indexOf("\n") + 1;
  if (header === 0) return undefined;
  const indent = /^(?:[ \t]*\n)*( *)/.exec(raw.slice(header))?.[1]?.length ?? 0;
  let left = offset;
  let from = header;
  for (;;) {
    const end = raw.indexOf("\n", from);
    const line = raw.slice(from, end < 0 ? raw.length : end).replace(/\r$/, "");
    const text = line.slice(indent);
    if (left <= text.length || end < 0) return Math.min(from + indent + left, raw.length);
    left -= text.length;
    from = end + 1;
    // Of a line end before blank lines a folded text keeps only those of the blank lines.
    const blankFollows = /^[ \t]*\r?(?:\n|$)/.test(raw.slice(from, from + 400));
    if (!folded || text === "" || !blankFollows) left--;
  }
}
