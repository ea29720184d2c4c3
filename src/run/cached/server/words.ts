/** A line taken apart as rrdcached does: blanks separate, a backslash takes the meaning of the next character away. */
export function wordsOf(line: string): string[] {
  if (!line.includes("\\")) {
    const words = line.split(/[ \t]+/);
    if (words.at(-1) === "" && words.length > 1) words.pop();
    return words;
  }
  const words: string[] = [];
  let word = "";
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (character === "\\" && index + 1 < line.length) word += line.charAt(++index);
    else if (character !== " " && character !== "\t") word += character;
    else {
      words.push(word);
      word = "";
      while (line.charAt(index + 1) === " " || line.charAt(index + 1) === "\t") index++;
    }
  }
  if (word !== "") words.push(word);
  return words;
}
