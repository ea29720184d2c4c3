import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  Scalar,
} from "yaml";
import {
  emptyMapping,
  isMapping,
  kindOf,
  type Mapping,
  type Plain,
  type Problem,
  problem,
  setKey,
} from "../../base/index.ts";
import { tooManyNodes, type YamlLimits } from "./parse-yaml.ts";
import type { SourceText } from "./source-text.ts";

/**
 * The syntax tree as plain data. Values follow YAML 1.2's core schema: `no`, `1_000` and `12:30` are texts, `0o17` is 15,
 * `~` is null, dates are texts. A whole number that a float cannot hold keeps its digits as a bigint.
 * Keys are always texts, as written. Aliases share the value they stand for; `<<` merges mappings, keys beside it win.
 */
export function toData(
  document: Document.Parsed,
  source: SourceText,
  limits: YamlLimits,
): { data: Plain | undefined; nodes: number; problems: readonly Problem[] } {
  const converter = new Converter(source, limits);
  try {
    const data = document.contents === null ? undefined : converter.value(document.contents);
    return { data, nodes: converter.nodes, problems: converter.problems };
  } catch (error) {
    if (error instanceof TooMany) {
      return { data: undefined, nodes: converter.nodes, problems: [...converter.problems, error.problem] };
    }
    throw error;
  }
}

class TooMany extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

interface Anchored {
  readonly value: Plain;
  readonly nodes: number;
}

class Converter {
  readonly problems: Problem[] = [];
  readonly #source: SourceText;
  readonly #limits: YamlLimits;
  /** Undefined while the anchored value itself is being read: an alias to it would be a cycle. */
  readonly #anchors = new Map<string, Anchored | undefined>();
  nodes = 0;

  constructor(source: SourceText, limits: YamlLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  #report(
    code: string,
    message: string,
    node: { range?: readonly number[] | null | undefined },
    notes: string[] = [],
  ): void {
    const [from = 0, to = from + 1] = node.range ?? [];
    this.problems.push(problem(code, message, { place: this.#source.place(from, to - from), notes }));
  }

  #count(nodes: number, node: Node): void {
    this.nodes += nodes;
    if (this.nodes <= this.#limits.maxNodes) return;
    throw new TooMany(tooManyNodes(this.#limits.maxNodes, this.#source, node.range?.[0] ?? 0));
  }

  value(node: Node): Plain {
    if (isAlias(node)) return this.#alias(node);
    const { anchor } = node as { anchor?: string };
    if (anchor === undefined) return this.#content(node);
    const before = this.nodes;
    this.#anchors.set(anchor, undefined);
    const value = this.#content(node);
    this.#anchors.set(anchor, { value, nodes: this.nodes - before });
    return value;
  }

  #alias(node: Node & { source: string }): Plain {
    const anchored = this.#anchors.get(node.source);
    if (anchored !== undefined) {
      this.#count(anchored.nodes, node);
      return anchored.value;
    }
    if (this.#anchors.has(node.source)) {
      this.#report(
        "cyclic-alias",
        `*${node.source} stands inside &${node.source}, so the value would contain itself`,
        node,
      );
    } else this.#report("unknown-alias", `*${node.source} has no &${node.source} above it`, node);
    return null;
  }

  #content(node: Node): Plain {
    this.#count(1, node);
    if (isMap(node)) return this.#mapping(node);
    if (isSeq(node)) return this.#list(node);
    return isScalar(node) ? scalarValue(node) : null;
  }

  #list(node: { items: readonly unknown[] }): Plain {
    const list: Plain[] = [];
    for (const item of node.items) {
      if (isPair(item)) {
        this.#report("yaml-pair", "a mapping in a list needs braces here", {
          range: (item.key as Node | null)?.range,
        });
      } else list.push(this.value(item as Node));
    }
    return list;
  }

  #mapping(node: Node & { items: readonly { key: unknown; value: unknown }[] }): Plain {
    const mapping = emptyMapping();
    const merges: { from: Plain; node: Node }[] = [];
    for (const pair of node.items) {
      const keyNode = pair.key as ParsedNode | null;
      const key = this.#key(keyNode, node);
      const value = pair.value === null || pair.value === undefined ? null : this.value(pair.value as Node);
      if (key === undefined) continue;
      if (key === "<<" && isScalar(keyNode) && keyNode.type === Scalar.PLAIN) {
        merges.push({ from: value, node: (pair.value ?? pair.key) as Node });
      } else if (Object.hasOwn(mapping, key)) {
        this.#duplicate(key, keyNode, node);
      } else setKey(mapping, key, value);
    }
    return merges.length === 0 ? mapping : this.#merged(mapping, merges);
  }

  #key(node: ParsedNode | null, mapping: Node): string | undefined {
    if (isScalar(node)) {
      this.#count(1, node);
      const { anchor } = node;
      const text = keyText(node);
      if (text === "" && node.type === Scalar.PLAIN) {
        this.#report("missing-key", 'expected a key before ":"', node);
        return undefined;
      }
      if (anchor !== undefined) this.#anchors.set(anchor, { value: text, nodes: 1 });
      return text;
    }
    if (isAlias(node)) {
      const value = this.value(node);
      if (typeof value !== "object") return String(value);
    }
    this.#report("bad-key", "a key must be a text, not a mapping or a list", node ?? mapping);
    return undefined;
  }

  #duplicate(key: string, node: ParsedNode | null, mapping: { items: readonly { key: unknown }[] }): void {
    const first = mapping.items.find((pair) => isScalar(pair.key) && keyText(pair.key) === key)?.key as
      | Node
      | undefined;
    const line =
      first?.range === undefined || first.range === null
        ? undefined
        : this.#source.place(first.range[0]).line;
    const notes = line === undefined ? [] : [`first on line ${line}`];
    if (key === "else")
      notes.push('a mapping has room for one "else": write the other one inside its "if" block');
    this.#report("duplicate-key", `the key ${JSON.stringify(key)} is here twice`, node ?? {}, notes);
  }

  #merged(own: Mapping, merges: readonly { from: Plain; node: Node }[]): Mapping {
    const merged = emptyMapping();
    for (const { from, node } of merges) {
      // Of several mappings the first that has a key wins.
      for (const one of (Array.isArray(from) ? from : [from]).toReversed()) {
        if (!isMapping(one)) {
          this.#report("bad-merge", `"<<" needs a mapping or a list of mappings, not ${kindOf(one)}`, node);
          continue;
        }
        const keys = Object.keys(one);
        this.#count(keys.length, node);
        for (const key of keys) setKey(merged, key, one[key] ?? null);
      }
    }
    for (const key of Object.keys(own)) setKey(merged, key, own[key] ?? null);
    return merged;
  }
}

/** A key as it is written: `1.0` stays `1.0`. */
export function keyText(node: Scalar): string {
  if (typeof node.value === "string") return node.value;
  return node.source ?? String(node.value);
}

function scalarValue(node: Scalar): Plain {
  const { value, source } = node;
  if (typeof value === "number") {
    const whole = Number.isInteger(value) && !Number.isSafeInteger(value);
    return whole && source !== undefined && /^[+-]?\d+$/.test(source) ? BigInt(source) : value;
  }
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") return value;
  return null;
}
