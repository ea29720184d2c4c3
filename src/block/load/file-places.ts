import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument, Scalar } from "yaml";
import type { Place } from "../../base/index.ts";
import type { TreePath } from "../types.ts";
import type { SourceText } from "./source-text.ts";
import { keyText } from "./to-data.ts";

/** The key and value nodes of an entry; `key` is undefined for list items and the top. */
interface Found {
  readonly key: Scalar | undefined;
  readonly value: Node | undefined;
}

/**
 * Places in one file. The text is parsed a second time when the first place is asked for: a block without problems
 * never needs it, and no syntax tree stays in memory.
 */
export class FilePlaces {
  readonly source: SourceText;
  #root: Node | null | undefined;
  #anchors = new Map<string, Node>();

  constructor(source: SourceText) {
    this.source = source;
  }

  has(path: TreePath): boolean {
    return this.#find(path) !== undefined;
  }

  at(path: TreePath, part: "key" | "value"): Place | undefined {
    const node = this.#node(path, part);
    if (node?.range === undefined || node.range === null) return undefined;
    const [from, to] = node.range;
    const { text } = this.source;
    const line = text.indexOf("\n", from);
    return this.source.place(from, isScalar(node) ? Math.min(to, line < 0 ? to : line) - from : 1);
  }

  inside(path: TreePath, part: "key" | "value", offset: number, length: number): Place | undefined {
    const node = this.#node(path, part);
    if (!isScalar(node) || node.range === undefined || node.range === null) return this.at(path, part);
    const at = rawOffset(node, this.source.text, offset);
    return at === undefined ? this.at(path, part) : this.source.place(at, length);
  }

  #node(path: TreePath, part: "key" | "value"): Node | undefined {
    const found = this.#find(path);
    if (found === undefined) return undefined;
    if (part === "key") return found.key ?? found.value;
    // A value that is not written (`key:`) stands where its key does.
    const { value } = found;
    const written = value !== undefined && (value.range?.[1] ?? 0) > (value.range?.[0] ?? 0);
    return written ? value : (found.key ?? value);
  }

  #tree(): Node | null {
    if (this.#root === undefined) {
      const document = parseDocument(this.source.text, {
        version: "1.2",
        schema: "core",
        merge: false,
        uniqueKeys: false,
        prettyErrors: false,
        logLevel: "silent",
      });
      this.#root = document.contents;
    }
    return this.#root;
  }

  #find(path: TreePath): Found | undefined {
    let found: Found | undefined = { key: undefined, value: this.#tree() ?? undefined };
    for (const step of path) {
      found = this.#step(found.value, step, 0);
      if (found === undefined) return undefined;
    }
    return found;
  }

  #step(parent: Node | undefined, step: string | number, depth: number): Found | undefined {
    const node = this.#resolved(parent);
    if (isSeq(node)) {
      const item = typeof step === "number" ? node.items[step] : undefined;
      return item === undefined ? undefined : { key: undefined, value: item as Node };
    }
    if (!isMap(node)) return undefined;
    let merges: Node[] = [];
    for (const pair of node.items) {
      if (!isScalar(pair.key)) continue;
      const text = keyText(pair.key);
      const value = (pair.value ?? undefined) as Node | undefined;
      if (text === String(step)) return { key: pair.key, value };
      if (text === "<<" && value !== undefined) merges.push(value);
    }
    if (depth > 50) return undefined;
    merges = merges.flatMap((merge) => {
      const target = this.#resolved(merge);
      return isSeq(target) ? (target.items as Node[]) : [merge];
    });
    for (const merge of merges) {
      const found = this.#step(merge, step, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #resolved(node: Node | undefined): Node | undefined {
    if (!isAlias(node)) return node;
    if (this.#anchors.size === 0) this.#collectAnchors(this.#tree());
    return this.#anchors.get(node.source);
  }

  #collectAnchors(node: unknown): void {
    if (isMap(node) || isSeq(node) || isScalar(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    }
    if (isSeq(node)) for (const item of node.items) this.#collectAnchors(item);
    if (isMap(node)) {
      for (const pair of node.items) {
        this.#collectAnchors(pair.key);
        this.#collectAnchors(pair.value);
      }
    }
  }
}

/** Where the character `offset` of the scalar's value stands in the file. */
function rawOffset(node: Scalar, text: string, offset: number): number | undefined {
  const [from = 0, to = from] = node.range ?? [];
  const raw = text.slice(from, to);
  const value = typeof node.value === "string" ? node.value : raw;
  if (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED) {
    return blockOffset(raw, value, offset, from);
  }
  const quote = node.type === Scalar.QUOTE_DOUBLE ? '"' : node.type === Scalar.QUOTE_SINGLE ? "'" : "";
  let at = quote.length;
  for (let left = offset; left > 0 && at < raw.length; left--) {
    if (quote === '"' && raw[at] === "\\")
      at += /^\\(?:x..|u....|U.{8}|.)/su.exec(raw.slice(at, at + 12))?.[0].length ?? 2;
    else if (quote === "'" && raw.startsWith("''", at)) at += 2;
    else at += /^[ \t]*\r?\n\s*/.exec(raw.slice(at, at + 400))?.[0].length ?? 1;
  }
  return from + Math.min(at, raw.length);
}

/** Block texts lose their indentation: count lines, then columns from the first line's indentation. */
function blockOffset(raw: string, value: string, offset: number, from: number): number | undefined {
  const header = raw.indexOf("\n") + 1;
  if (header === 0) return undefined;
  const indent = /^(?:[ \t]*\n)*( *)/.exec(raw.slice(header))?.[1]?.length ?? 0;
  const before = value.slice(0, offset).split("\n");
  let at = header;
  for (let line = 1; line < before.length; line++) at = raw.indexOf("\n", at) + 1;
  return from + at + indent + (before.at(-1)?.length ?? 0);
}
