import { type ComputeOperation, computeOperations, parseNumber } from "../../rrd/index.ts";
import { GraphFault } from "./element-words.ts";
import { type GraphOperation, graphOperations } from "./graph-operations.ts";

export type RpnNode =
  | { readonly kind: "number"; readonly value: number }
  /** A DEF or CDEF. */
  | { readonly kind: "column"; readonly name: string }
  /** A VDEF. */
  | { readonly kind: "figure"; readonly name: string }
  /** `PREV(x)` */
  | { readonly kind: "previous"; readonly name: string }
  /** `PREV` */
  | { readonly kind: "result" }
  | { readonly kind: "plain"; readonly operation: ComputeOperation }
  | { readonly kind: "window"; readonly operation: GraphOperation };

export type NameKind = "column" | "figure";

const notForExpressions = new Set(["NUMBER", "VARIABLE", "END", "PREV", "PREV()", "ROUND"]);
const plain = new Map(
  computeOperations.flatMap((operation) =>
    operation.run === undefined || notForExpressions.has(operation.name)
      ? []
      : [[operation.name, operation] as const],
  ),
);

const MOST_NODES = 10_000;

/** Reads `a,8,*`. Names come before operations, as in rrdtool. */
export function parseRpn(text: string, names: ReadonlyMap<string, NameKind>): RpnNode[] {
  if (text === "") throw new GraphFault("can not parse an empty rpn expression");
  const words = text.split(",");
  if (words.length > 1 && words.at(-1) === "") words.pop();
  if (words.length > MOST_NODES) throw new GraphFault(`an rpn expression has at most ${MOST_NODES} words`);
  return words.map((word, index) => {
    const node = parseWord(word, names);
    if (node === undefined) throw new GraphFault(`don't understand '${words.slice(index).join(",")}'`);
    return node;
  });
}

function parseWord(word: string, names: ReadonlyMap<string, NameKind>): RpnNode | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) {
    // rrdtool's reading of a decimal text, which may differ from ours in the last bit.
    const value = parseNumber(word);
    if (typeof value === "number") return { kind: "number", value };
  }
  const operation = plain.get(word);
  if (operation !== undefined) return { kind: "plain", operation };
  if (Object.hasOwn(graphOperations, word)) {
    return { kind: "window", operation: word as GraphOperation };
  }
  if (word === "PREV") return { kind: "result" };
  const previous = /^PREV\((.+)\)$/.exec(word)?.[1];
  if (previous !== undefined) {
    if (!names.has(previous)) throw new GraphFault(`variable '${previous}' not found`);
    return { kind: "previous", name: previous };
  }
  const kind = names.get(word);
  return kind === undefined ? undefined : { kind, name: word };
}
