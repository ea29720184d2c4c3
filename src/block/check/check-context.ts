import {
  type DataPath,
  type Mapping,
  type Place,
  type Plain,
  type Problem,
  ProblemError,
  parsePath,
  problem,
} from "../../base/index.ts";
import type { Condition } from "../condition.ts";
import { conditionProblem, parseCondition } from "../conditions/parse-condition.ts";
import type {
  CheckContext,
  CheckedBlock,
  CheckedMapping,
  CheckedValue,
  LoadedBlock,
  TreePath,
} from "../types.ts";

/** What the context needs from the checker it belongs to. */
export interface Checker {
  mapping(value: Mapping, path: TreePath, context: CheckContext): CheckedMapping;
  value(value: Plain, path: TreePath, context: CheckContext): CheckedValue;
  loadBlock(file: string, path: TreePath, context: CheckContext): CheckedBlock | undefined;
}

/** Collects the problems of one block while its tags are parsed. */
export class BlockCheckContext implements CheckContext {
  readonly file: string;
  readonly dir: string;
  readonly places: LoadedBlock["places"];
  readonly problems: Problem[] = [];
  readonly #checker: Checker;

  constructor(loaded: LoadedBlock, checker: Checker) {
    this.file = loaded.file;
    this.dir = loaded.dir;
    this.places = loaded.places;
    this.#checker = checker;
  }

  report: CheckContext["report"] = (code, message, at) => {
    const part = at.part ?? "value";
    const place =
      at.offset === undefined
        ? this.place(at.path, part)
        : this.places.inside(at.path, part, at.offset, at.length ?? 1);
    const sized = place !== undefined && at.length !== undefined ? { ...place, length: at.length } : place;
    this.problems.push(
      problem(code, message, {
        place: sized,
        ...(at.notes === undefined ? {} : { notes: at.notes }),
        ...(at.severity === undefined ? {} : { severity: at.severity }),
      }),
    );
  };

  place(path: TreePath, part: "key" | "value" = "value"): Place | undefined {
    return this.places.at(path, part);
  }

  condition(
    text: string,
    at: { path: TreePath; part: "key" | "value"; offset: number },
  ): Condition | undefined {
    const parsed = parseCondition(text);
    if ("message" in parsed) {
      const { message, offset, length } = parsed;
      this.report("bad-condition", message, { ...at, offset: at.offset + offset, length });
      return undefined;
    }
    const { places } = this;
    return {
      text,
      evaluate(pipeData) {
        try {
          return parsed.evaluate(pipeData);
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error;
          throw conditionProblem(error, places.inside(at.path, at.part, at.offset, text.length));
        }
      },
    };
  }

  dataPath(
    text: string,
    at: { path: TreePath; part: "key" | "value"; offset: number },
  ): DataPath | undefined {
    const parsed = parsePath(text);
    if (!("message" in parsed)) return parsed;
    this.report("bad-path", parsed.message, { ...at, offset: at.offset + parsed.offset });
    return undefined;
  }

  mapping(value: Mapping, path: TreePath): CheckedMapping {
    return this.#checker.mapping(value, path, this);
  }

  value(value: Plain, path: TreePath): CheckedValue {
    return this.#checker.value(value, path, this);
  }

  loadBlock(file: string, path: TreePath): CheckedBlock | undefined {
    return this.#checker.loadBlock(file, path, this);
  }
}
