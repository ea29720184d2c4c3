/**
 * What the character at `offset` of a POSIX shell command is inside of: `double quotes`, `single quotes`,
 * `backquotes`, `a comment`, `a here-document`; undefined when it is none of these.
 */
export function quotesAt(command: string, offset: number): string | undefined {
  const starts: { heredoc: boolean } = { heredoc: false };
  let at = 0;
  while (at < offset) {
    const character = command[at] ?? "";
    const before = at === 0 ? "\n" : (command[at - 1] ?? "");
    if (character === "\\") {
      at += 2;
    } else if (character === "'") {
      // `$'…'` of bash knows backslashes inside.
      const end = before === "$" ? closing(command, at + 1, "'", true) : closing(command, at + 1, "'", false);
      if (end >= offset) return "single quotes";
      at = end + 1;
    } else if (character === '"') {
      const end = closing(command, at + 1, '"', true);
      if (end >= offset) return "double quotes";
      at = end + 1;
    } else if (character === "`") {
      const end = closing(command, at + 1, "`", true);
      if (end >= offset) return "backquotes";
      at = end + 1;
    } else if (character === "#" && /[\s;&|()]/.test(before)) {
      const end = command.indexOf("\n", at);
      if (end < 0 || end >= offset) return "a comment";
      at = end;
    } else if (command.startsWith("<<", at)) {
      if (command[at + 2] === "<") at += 3;
      else {
        starts.heredoc = true;
        at += 2;
      }
    } else {
      // Where a here-document ends is not looked for: everything below its first line is taken to be inside.
      if (character === "\n" && starts.heredoc) return "a here-document";
      at++;
    }
  }
  return undefined;
}

/** Offset of the closing quote, or the end of the text. */
function closing(text: string, from: number, quote: string, escapes: boolean): number {
  for (let at = from; at < text.length; at++) {
    if (escapes && text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  return text.length;
}
