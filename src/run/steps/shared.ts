import {
  didYouMean,
  emptyMapping,
  isMapping,
  kindOf,
  type Mapping,
  type Plain,
  setKey,
} from "../../base/index.ts";
import { parseDataInterpolation, type TreePath } from "../../block/index.ts";
import { SharedError } from "../../unidist/index.ts";
import { OptionReader, show } from "../options/read-option.ts";
import { reportUnknownKeys } from "../options/unknown-keys.ts";
import { nameFits } from "../tags/require-lock.ts";
import { counterOperations } from "./shared/counter.ts";
import { lockOperations } from "./shared/lock.ts";
import { logOperations } from "./shared/log.ts";
import { InnerFailure, nothing, type Operation, type OperationReader } from "./shared/operation.ts";
import { queueOperations } from "./shared/queue.ts";
import { stateOperations } from "./shared/state.ts";
import { failedStep, type Parsing, type Pipeline, type StepKind } from "./step.ts";

const things: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  counter: counterOperations,
  state: stateOperations,
  queue: queueOperations,
  log: logOperations,
  lock: lockOperations,
};

/**
 * `shared: {counter: requests, increment: 1, as: requests}`: one thing of the space, one operation on it. The result is
 * put under `as`, by default the thing's (or the entry's) name.
 */
export const shared: StepKind = {
  options: ["thread", "timeout", "retry", "as", "collect"],
  parse({ value: written, path, parsing, place }) {
    const { check } = parsing;
    if (!isMapping(written)) {
      check.report(
        "bad-step",
        `"shared" must be a mapping such as {counter: NAME, increment: 1}, not ${kindOf(written)}`,
        {
          path,
        },
      );
      return undefined;
    }
    const value = withSpaces(written);
    const found = Object.keys(things).filter((thing) => Object.hasOwn(value, thing));
    const [thing] = found;
    if (thing === undefined || found.length > 1) {
      const names = Object.keys(things).join(", ");
      check.report(
        "bad-step",
        thing === undefined
          ? `"shared" needs one of ${names}: what it is about${guess(value, Object.keys(things))}`
          : `"shared" is about one thing, and "${thing}" and "${found[1]}" are two`,
        { path, part: "key" },
      );
      return undefined;
    }
    const operations = things[thing] ?? {};
    const asked = Object.keys(operations).filter((name) => Object.hasOwn(value, name));
    const [name = "get"] = asked;
    const operation = operations[name];
    if (operation === undefined || asked.length > 1) {
      const names = Object.keys(operations).join(", ");
      check.report(
        "bad-step",
        asked.length > 1
          ? `one operation at a time: "${asked[0]}" and "${asked[1]}" are two`
          : `"${thing}" needs one of ${names}: what is done${guess(value, Object.keys(operations))}`,
        { path, part: "key" },
      );
      return undefined;
    }
    const known = [
      thing,
      "as",
      ...(operation.with ?? []),
      ...(asked.length > 0 ? [name] : Object.keys(operations)),
    ];
    const unknown = reportUnknownKeys(`"${thing}" with "${name}"`, value, known, path, check);
    const read = new Reading(asked.length === 0 ? { ...value, [name]: true } : value, path, parsing);
    const of = read.text(thing);
    const as = read.text("as") ?? defaultAs(value, of);
    const action = operation.parse(read, name);
    if (of !== undefined && !nameFits(of, thing, read.at(thing), check)) return undefined;
    if (unknown || read.failed || of === undefined || action === undefined) return undefined;
    return {
      async run(running) {
        try {
          const result = await action(running.services.space, of, running);
          if (result === nothing) return { ok: true, output: {} };
          const output = emptyMapping();
          setKey(output, as ?? of, result);
          return { ok: true, output, alone: result };
        } catch (error) {
          if (error instanceof InnerFailure) return error.result;
          if (!(error instanceof SharedError)) throw error;
          return failedStep({ kind: "shared", message: `shared ${thing} "${of}": ${error.message}` }, place);
        }
      },
    };
  },
};

class Reading extends OptionReader implements OperationReader {
  readonly #parsing: Parsing;

  constructor(raw: Mapping, path: TreePath, parsing: Parsing) {
    super(raw, path, parsing.check);
    this.#parsing = parsing;
  }

  value(key: string): ((pipeData: Mapping) => Plain) | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : parseDataInterpolation(value, this.at(key), this.check);
  }

  yes(key: string): boolean {
    if (this.get(key) === true || this.get(key) === null) return true;
    this.wrong(key, `"${key}" takes no more than true, not ${show(this.get(key) ?? null)}`);
    return false;
  }

  pipeline(key: string): Pipeline | undefined {
    const pipeline = this.#parsing.pipeline(this.get(key) ?? null, this.at(key));
    if (pipeline === undefined) this.failed = true;
    return pipeline;
  }
}

/** Keys of several words may be written with `_`. */
function withSpaces(written: Mapping): Mapping {
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [key.replaceAll("_", " "), value]));
}

function guess(value: Mapping, known: readonly string[]): string {
  for (const key of Object.keys(value)) {
    const meant = didYouMean(key, known);
    if (meant !== "") return ` ("${key}"${meant})`;
  }
  return "";
}

function defaultAs(value: Mapping, name: string | undefined): string | undefined {
  const { key } = value;
  return typeof key === "string" && !key.includes("{{") && Object.hasOwn(value, "state") ? key : name;
}
