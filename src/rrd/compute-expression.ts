import {
  type ComputeContext,
  ComputeFault,
  type ComputeOperation,
  computeOperations,
} from "./compute-operations.ts";
import { EXPRESSION_BYTES } from "./layout.ts";

/**
 * The expression of a COMPUTE data source. In a file it has a compact form: four bytes per operation (code, zero,
 * signed 16-bit argument), closed by END.
 */
export interface ComputeExpression {
  readonly text: string;
  readonly nodes: readonly ComputeNode[];
}

type ComputeNode =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "variable"; readonly source: number }
  /** `PREV(x)`, which rrdtool takes when a file is created and cannot evaluate when it is updated. */
  | { readonly kind: "previous"; readonly source: number }
  | { readonly kind: "operation"; readonly operation: ComputeOperation };

const NODE_BYTES = 4;
const MOST_NODES = EXPRESSION_BYTES / NODE_BYTES - 1;
const codeOf = (name: string) => computeOperations.findIndex((operation) => operation.name === name);
const NUMBER = codeOf("NUMBER");
const VARIABLE = codeOf("VARIABLE");
const PREVIOUS = codeOf("PREV()");
const END = codeOf("END");

type Fault = { readonly fault: string };

/** Reads `a,2,*`; `names` are the data sources before it, in their order. Faults are in rrdtool's words. */
export function parseExpression(text: string, names: readonly string[]): ComputeExpression | Fault {
  const nodes: ComputeNode[] = [];
  for (const word of text.split(",")) {
    const node = parseNode(word, names);
    if ("fault" in node) return node;
    nodes.push(node);
  }
  if (nodes.length > MOST_NODES) {
    return {
      fault: `Maximum ${MOST_NODES} RPN nodes permitted. Got ${nodes.length} RPN nodes at present.`,
    };
  }
  return { text: nodes.map((node) => textOf(node, names)).join(","), nodes };
}

function parseNode(word: string, names: readonly string[]): ComputeNode | Fault {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) {
    const value = Number(word);
    return Number.isInteger(value) && value >= -32_768 && value <= 32_767
      ? { kind: "number", value: value + 0 }
      : { fault: "constants must be integers in the interval (-32768, 32767)" };
  }
  const code = codeOf(word);
  const operation = computeOperations[code];
  if (operation !== undefined && code !== NUMBER && code !== VARIABLE && code !== PREVIOUS && code !== END) {
    return operation.run === undefined
      ? {
          fault:
            "operators TIME LTIME STEPWIDTH PREV NEW* COUNT TREND TRENDNAN PREDICT PREDICTSIGMA PREDICTPERC are not supported with DS COMPUTE",
        }
      : { kind: "operation", operation };
  }
  const previous = /^PREV\((.+)\)$/.exec(word);
  const source = names.indexOf(previous?.[1] ?? word);
  if (source < 0) return { fault: "failed to parse computed data source" };
  return { kind: previous === null ? "variable" : "previous", source };
}

/** The compact form; unused bytes are zero. */
export function encodeExpression({ nodes }: ComputeExpression): Uint8Array {
  const bytes = new Uint8Array(EXPRESSION_BYTES);
  const view = new DataView(bytes.buffer);
  nodes.forEach((node, index) => {
    const at = index * NODE_BYTES;
    view.setUint8(at, codeOfNode(node));
    view.setInt16(
      at + 2,
      node.kind === "number" ? node.value : node.kind === "operation" ? 0 : node.source,
      true,
    );
  });
  view.setUint8(nodes.length * NODE_BYTES, END);
  return bytes;
}

function codeOfNode(node: ComputeNode): number {
  switch (node.kind) {
    case "number":
      return NUMBER;
    case "variable":
      return VARIABLE;
    case "previous":
      return PREVIOUS;
    case "operation":
      return codeOf(node.operation.name);
  }
}

/** Reads the compact form of a file; `names` are the data sources before it. */
export function decodeExpression(bytes: Uint8Array, names: readonly string[]): ComputeExpression | Fault {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nodes: ComputeNode[] = [];
  for (let at = 0; at + NODE_BYTES <= bytes.length; at += NODE_BYTES) {
    const code = view.getUint8(at);
    const argument = view.getInt16(at + 2, true);
    const operation = computeOperations[code];
    if (operation === undefined) return { fault: "has a COMPUTE data source with an unknown operation" };
    if (code === END) {
      return { text: nodes.map((node) => textOf(node, names)).join(","), nodes };
    }
    if (code === NUMBER) nodes.push({ kind: "number", value: argument });
    else if (code === VARIABLE || code === PREVIOUS) {
      if (argument < 0 || argument >= names.length)
        return { fault: "has a COMPUTE data source that uses one which does not stand before it" };
      nodes.push({ kind: code === VARIABLE ? "variable" : "previous", source: argument });
    } else if (operation.run === undefined)
      return {
        fault: `has a COMPUTE data source with the operation ${operation.name}, which it cannot have`,
      };
    else nodes.push({ kind: "operation", operation });
  }
  return { fault: "has a COMPUTE data source whose expression does not end" };
}

function textOf(node: ComputeNode, names: readonly string[]): string {
  switch (node.kind) {
    case "number":
      return String(node.value);
    case "variable":
      return names[node.source] ?? "";
    case "previous":
      return `PREV(${names[node.source] ?? ""})`;
    case "operation":
      return node.operation.name;
  }
}

/** The value of the expression over the points of the data sources before it. Throws `ComputeFault`. */
export function evaluate(
  { nodes }: ComputeExpression,
  points: ArrayLike<number>,
  context: ComputeContext,
): number {
  const stack: number[] = [];
  for (const node of nodes) {
    if (node.kind === "number") stack.push(node.value);
    else if (node.kind === "operation") {
      const { takes, run } = node.operation;
      if (stack.length < takes) throw new ComputeFault("RPN stack underflow");
      run?.(stack, context);
    } else if (node.kind === "variable") stack.push(points[node.source] ?? Number.NaN);
    else throw new ComputeFault("VDEF made it into rpn_calc... aborting");
  }
  const [value] = stack;
  if (value === undefined || stack.length !== 1) throw new ComputeFault("RPN final stack size != 1");
  return value;
}
