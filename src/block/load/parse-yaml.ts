import { Composer, type Document, Lexer, Parser, type YAMLError } from "yaml";
import { type Problem, problem } from "../../base/index.ts";
import type { SourceText } from "./source-text.ts";

export interface YamlLimits {
  /** Mappings and lists inside each other. */
  readonly maxDepth: number;
  /** Values and keys of a file; aliases count with all that they stand for. */
  readonly maxNodes: number;
}

/** The lexer announces every plain, quoted or block text with this. */
const SCALAR = "\u001f";

/**
 * The file's syntax tree. The limits are watched while the text is cut into tokens: the steps after that are recursive,
 * and cost time and memory per node.
 */
export function parseYaml(source: SourceText, limits: YamlLimits): Document.Parsed | readonly Problem[] {
  const { text } = source;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/.exec(text);
  if (control !== null) {
    const code = `U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    const what = control[0] === "\0" ? "a NUL character" : `the control character ${code}`;
    return [
      problem("control-character", `unexpected ${what}`, {
        place: source.place(control.index),
        notes: ["text files have none; in double quotes it can be written as an escape"],
      }),
    ];
  }

  const surplus = text.length > MAX_LINES ? lineStart(text, MAX_LINES) : undefined;
  if (surplus !== undefined) {
    return [problem("too-many-lines", `more than ${MAX_LINES} lines`, { place: source.place(surplus) })];
  }

  const parser = new Parser();
  const composer = new Composer({
    version: "1.2",
    schema: "core",
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const documents: Document.Parsed[] = [];
  const keep = (made: Iterable<unknown>) => {
    for (const one of made) documents.push(one as Document.Parsed);
  };
  let lexemes = 0;
  let values = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) keep(composer.next(token));
    // A collection is a token of its own; what else the stack holds is a document and a scalar.
    if (parser.stack.length > limits.maxDepth + 2) {
      return [
        problem("too-deep", `nested deeper than ${limits.maxDepth} levels`, {
          place: source.place(parser.offset),
        }),
      ];
    }
    if (lexeme === SCALAR || lexeme === "-" || lexeme[0] === "*") values++;
    // Six lexemes per value (blanks, signs, line ends, comments) are more than any style needs.
    if (values > limits.maxNodes || ++lexemes > limits.maxNodes * 6) {
      return [tooManyNodes(limits.maxNodes, source, parser.offset)];
    }
  }
  for (const token of parser.end()) keep(composer.next(token));
  keep(composer.end(true, text.length));

  const [document, second] = documents;
  if (document === undefined) return [];
  const errors: Problem[] = [...document.errors, ...document.warnings].map((error) =>
    yamlProblem(error, source),
  );
  if (second !== undefined) {
    const offset = second.range[0];
    errors.push(
      problem("several-documents", "a second document starts here, a block file has one", {
        place: source.place(offset),
      }),
    );
  }
  return errors.length > 0 ? errors : document;
}

/** Blank lines and comments hold no values, but cost the parser time and memory, too. */
const MAX_LINES = 100_000;

/** Offset of the line that comes after `lines` lines, if there is one. */
function lineStart(text: string, lines: number): number | undefined {
  let at = 0;
  for (let count = 0; count < lines; count++) {
    at = text.indexOf("\n", at) + 1;
    if (at === 0) return undefined;
  }
  return at;
}

export function tooManyNodes(maxNodes: number, source: SourceText, offset: number): Problem {
  return problem(
    "too-many-values",
    `more than ${maxNodes} values, aliases counted with what they stand for`,
    {
      place: source.place(offset),
    },
  );
}

/** What to do about it, by the parser's code. */
const notes: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_SCALAR_START: "put the text in quotes",
  BAD_INDENT: "indent it as its neighbours",
  BLOCK_AS_IMPLICIT_KEY: 'put text that contains ": " in quotes',
  BAD_DQ_ESCAPE: "double the backslash, or use single quotes",
  TAG_RESOLVE_FAILED: "only plain YAML 1.2 values are known",
  MULTILINE_IMPLICIT_KEY: 'is a ":" missing, or a closing quote?',
};

function yamlProblem(error: YAMLError, source: SourceText): Problem {
  const message = error.message.replace(/\.$/, "").replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
  const note = Object.hasOwn(notes, error.code) ? notes[error.code] : undefined;
  return problem(`yaml-${error.code.toLowerCase().replaceAll("_", "-")}`, message, {
    place: source.place(error.pos[0], error.pos[1] - error.pos[0]),
    ...(note === undefined ? {} : { notes: [note] }),
  });
}
