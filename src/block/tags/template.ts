import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join } from "node:path";
import {
  didYouMean,
  isMapping,
  kindOf,
  type Mapping,
  type Plain,
  ProblemError,
  problem,
} from "../../base/index.ts";
import { fileReason } from "../load/read-file.ts";
import type { CheckContext, TagFunction, TreePath } from "../types.ts";

/** A template that was compiled when its file was loaded. */
export interface Template {
  /** Throws a `ProblemError` when the text becomes longer than 4 MiB or loops run more than a million times. */
  render(pipeData: Mapping): string;
}

/** `template: {path or text, escape}`: a Handlebars template rendered with pipe data; HTML is escaped unless `escape: none`. */
export const templateTag: TagFunction = {
  name: "template",
  pattern: /^template$/,
  words: "template",
  fits: (value) => isMapping(value) && (Object.hasOwn(value, "path") || Object.hasOwn(value, "text")),
  priority: 900,
  parse: (input, check) => parseTemplate(input.value, input.path, check),
  process(parsed, context) {
    return { kind: "value", value: (parsed as Template).render(context.pipeData) };
  },
};

export const templateKeys = ["path", "text", "escape"] as const;

const MAX_TEMPLATE = 1024 * 1024;
const MAX_OUTPUT = 4 * 1024 * 1024;
const MAX_LOOPS = 1_000_000;

/** Reports what is wrong at `path`; undefined after an error. */
export function parseTemplate(value: Plain, path: TreePath, check: CheckContext): Template | undefined {
  const report = (code: string, message: string, at: TreePath, part: "key" | "value" = "value") => {
    check.report(code, message, { path: at, part });
    return undefined;
  };
  if (!isMapping(value))
    return report("bad-template", `expected {path: FILE} or {text: …}, not ${kindOf(value)}`, path);
  for (const key of Object.keys(value)) {
    if ((templateKeys as readonly string[]).includes(key)) continue;
    report("unknown-key", `unknown key "${key}"${didYouMean(key, templateKeys)}`, [...path, key], "key");
  }
  const { path: file, text, escape: escaping = "html" } = value;
  if ((file === undefined) === (text === undefined)) {
    return report("bad-template", 'a template has either "path" or "text"', path, "key");
  }
  if (escaping !== "html" && escaping !== "none") {
    return report("bad-template", 'expected "html" or "none"', [...path, "escape"]);
  }
  const at = [...path, file === undefined ? "text" : "path"];
  const given = file ?? text;
  if (typeof given !== "string") return report("bad-template", `expected a text, not ${kindOf(given)}`, at);
  let source = given;
  if (file !== undefined) {
    try {
      source = readFileSync(isAbsolute(given) ? given : join(check.dir, given), "utf8");
    } catch (error) {
      return report("cannot-read", `cannot read template "${given}": ${fileReason(error)}`, at);
    }
  }
  if (source.length > MAX_TEMPLATE)
    return report("template-too-large", "the template is larger than 1 MiB", at);
  const compiled = compileTemplate(source, escaping === "none");
  if ("render" in compiled) return compiled;
  if (file !== undefined) {
    return report("bad-template", `${given}, line ${compiled.line}: ${compiled.message}`, at);
  }
  const before = source.split("\n").slice(0, compiled.line - 1);
  const offset = before.reduce((sum, line) => sum + line.length + 1, 0);
  check.report("bad-template", compiled.message, { path: at, offset });
  return undefined;
}

interface SyntaxProblem {
  readonly message: string;
  /** In the template, from 1. */
  readonly line: number;
}

interface HelperOptions {
  fn(context: unknown, options?: unknown): string;
  inverse(context: unknown): string;
}
type Helper = (this: unknown, ...all: unknown[]) => unknown;
interface Handlebars {
  create(): Handlebars;
  parse(text: string): unknown;
  compile(tree: unknown, options: object): (data: object, options: object) => string;
  helpers: Record<string, Helper>;
  registerHelper(name: string, helper: Helper): void;
}

class LimitError extends Error {}

let handlebars: Handlebars | undefined;
let loops = 0;
let written = 0;

/** Loaded when the first template is compiled: most blocks have none. */
function engine(): Handlebars {
  if (handlebars !== undefined) return handlebars;
  handlebars = (createRequire(import.meta.url)("handlebars") as Handlebars).create();
  handlebars.registerHelper("log", () => {
    throw new Error('"log" does not exist here: standard output is for results');
  });
  const each = handlebars.helpers.each;
  handlebars.registerHelper("each", function (this: unknown, ...all) {
    const options = all.at(-1) as HelperOptions;
    const counted: HelperOptions = {
      ...options,
      fn(context, more) {
        if (++loops > MAX_LOOPS) throw new LimitError(`more than ${MAX_LOOPS} loops`);
        const text = options.fn(context, more);
        written += text.length;
        if (written > MAX_OUTPUT * 4) throw new LimitError("more than 4 MiB of output");
        return text;
      },
    };
    return each?.apply(this, [...all.slice(0, -1), counted]);
  });
  return handlebars;
}

/** A template, or what is wrong with the text. */
function compileTemplate(source: string, noEscape: boolean): Template | SyntaxProblem {
  const library = engine();
  let render: (data: object, options: object) => string;
  try {
    const tree = library.parse(source);
    render = library.compile(tree, { noEscape });
  } catch (error) {
    return syntaxProblem(error);
  }
  return {
    render(pipeData) {
      loops = 0;
      written = 0;
      try {
        const text = render(pipeData, {
          allowProtoPropertiesByDefault: false,
          allowProtoMethodsByDefault: false,
        });
        if (text.length > MAX_OUTPUT) throw new LimitError("more than 4 MiB of output");
        return text;
      } catch (error) {
        const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
        const code = error instanceof LimitError ? "template-limit" : "template-failed";
        throw new ProblemError([problem(code, `the template failed: ${message}`)]);
      }
    },
  };
}

/** The library's message is a picture of several lines: the first has the line number, the last what was found. */
function syntaxProblem(error: unknown): SyntaxProblem {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const line = Number(
    /on line (\d+)|- (\d+):\d+$/
      .exec(lines[0] ?? "")
      ?.slice(1)
      .find(Boolean) ?? 1,
  );
  const found = /got '(.*)'$/.exec(lines.at(-1) ?? "")?.[1];
  const where = found === "EOF" ? "the end of the template" : found?.toLowerCase();
  const message = found === undefined ? (lines[0] ?? "").replace(/ - \d+:\d+$/, "") : `unexpected ${where}`;
  return { message: `the template is wrong: ${message}`, line };
}
