import { parseDuration } from "../base/index.ts";

export interface Token {
  readonly kind: "number" | "name" | "quoted" | "sign" | "end";
  readonly text: string;
  /** Where in the formula, from 0. */
  readonly offset: number;
}

const shape =
  /\s*(?:(\d+(?:\.\d*)?(?:[smhdwy](?![\p{L}\p{N}_])|(?:[eE][+-]?\d+)?)|\.\d+(?:[eE][+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|"([^"]*)"|(<=|>=|==|!=|.))/suy;

/** A formula's words. A number may be a time: `30m` is 1800. */
export function expressionTokens(text: string): Token[] {
  const found: Token[] = [];
  shape.lastIndex = 0;
  for (let match = shape.exec(text); match !== null; match = shape.exec(text)) {
    const [whole, number, name, quoted, sign] = match;
    const offset = match.index + whole.search(/\S/);
    if (number !== undefined) found.push({ kind: "number", text: plainNumber(number), offset });
    else if (name !== undefined) found.push({ kind: "name", text: name, offset });
    else if (quoted !== undefined) found.push({ kind: "quoted", text: quoted, offset });
    else if (sign !== undefined && sign.trim() !== "") found.push({ kind: "sign", text: sign, offset });
  }
  found.push({ kind: "end", text: "", offset: text.length });
  return found;
}

function plainNumber(text: string): string {
  return /[smhdwy]$/.test(text) ? String(parseDuration(text) ?? text) : text;
}
