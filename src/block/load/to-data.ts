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
import { type Entry, type Inside, PlaceTable, scalarInside } from "./place-table.ts";
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
): { data: Plain | undefined; nodes: number; places: PlaceTable; problems: readonly Problem[] } {
  const converter = new Converter(source, limits);
  const { places, problems } = converter;
  const { contents } = document;
  if (contents === null) return { data: undefined, nodes: 0, places, problems };
  try {
    const { value, inside } = converter.value(contents);
    places.setTop(contents.range, inside);
    return { data: value, nodes: converter.nodes, places, problems };
  } catch (error) {
    if (error instanceof TooMany) {
      return { data: undefined, nodes: converter.nodes, places, problems: [...problems, error.problem] };
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

/** A value, and where the places of what is inside it are. */
interface Placed {
  readonly value: Plain;
  readonly inside: Inside;
}

interface Anchored extends Placed {
  readonly nodes: number;
}

class Converter {
  readonly problems: Problem[] = [];
  readonly places = new PlaceTable();
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

  value(node: Node): Placed {
    if (isAlias(node)) return this.#alias(node);
    const { anchor } = node as { anchor?: string };
    if (anchor === undefined) return this.#content(node);
    const before = this.nodes;
    this.#anchors.set(anchor, undefined);
    const placed = this.#content(node);
    this.#anchors.set(anchor, { ...placed, nodes: this.nodes - before });
    return placed;
  }

  #alias(node: Node & { source: string }): Placed {
    const anchored = this.#anchors.get(node.source);
    if (anchored !== undefined) {
      this.#count(anchored.nodes, node);
      return anchored;
    }
    if (this.#anchors.has(node.source)) {
      this.#report(
        "cyclic-alias",
        `*${node.source} stands inside &${node.source}, so the value would contain itself`,
        node,
      );
    } else this.#report("unknown-alias", `*${node.source} has no &${node.source} above it`, node);
    return NOTHING;
  }

  #content(node: Node): Placed {
    this.#count(1, node);
    if (isMap(node)) return this.#mapping(node);
    if (isSeq(node)) return this.#list(node);
    return isScalar(node) ? { value: scalarValue(node), inside: scalarInside } : NOTHING;
  }

  #list(node: { items: readonly unknown[] }): Placed {
    const list: Plain[] = [];
    const entries: Entry[] = [];
    for (const item of node.items) {
      if (isPair(item)) {
        this.#report("yaml-pair", "a mapping in a list needs braces here", {
          range: (item.key as Node | null)?.range,
        });
      } else {
        const { value, inside } = this.value(item as Node);
        list.push(value);
        entries.push(entry(undefined, undefined, item as Node, inside));
      }
    }
    return { value: list, inside: this.places.add("list", entries) };
  }

  #mapping(node: Node & { items: readonly { key: unknown; value: unknown }[] }): Placed {
    const mapping = emptyMapping();
    const entries: Entry[] = [];
    const merges: { from: Plain; node: Node }[] = [];
    for (const pair of node.items) {
      const keyNode = pair.key as ParsedNode | null;
      const key = this.#key(keyNode, node);
      const valueNode = (pair.value ?? undefined) as Node | undefined;
      const { value, inside } = valueNode === undefined ? NOTHING : this.value(valueNode);
      if (key === undefined) continue;
      entries.push(entry(key, keyNode, valueNode, inside));
      if (key === "<<" && isScalar(keyNode) && keyNode.type === Scalar.PLAIN) {
        merges.push({ from: value, node: valueNode ?? (pair.key as Node) });
      } else if (Object.hasOwn(mapping, key)) {
        this.#duplicate(key, keyNode, node);
      } else setKey(mapping, key, value);
    }
    const value = merges.length === 0 ? mapping : this.#merged(mapping, merges);
    return { value, inside: this.places.add("mapping", entries) };
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
      if (anchor !== undefined) this.#anchors.set(anchor, { value: text, inside: scalarInside, nodes: 1 });
      return text;
    }
    if (isAlias(node)) {
      const { value } = this.value(node);
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

const NOTHING: Placed = { value: null, inside: scalarInside };

function entry(
  name: string | undefined,
  key: Node | null | undefined,
  value: Node | undefined,
  inside: Inside,
): Entry {
  return { name, key: key?.range, value: value?.range, inside, scalar: isScalar(value) };
}

/** A key as it is written: `1.0` stays `1.0`. */
function keyText(node: Scalar): string {
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
