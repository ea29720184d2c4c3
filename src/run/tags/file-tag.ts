import { copyPlain, emptyMapping, type Mapping, type Plain, ProblemError, setKey } from "../../base/index.ts";
import type { CheckContext, FileTagFactory, TreePath } from "../../block/index.ts";
import { runPipeline } from "../pipeline.ts";
import { parsePipeline } from "../steps/parse-pipeline.ts";
import type { Pipeline } from "../steps/step.ts";
import type { RunServices } from "../types.ts";

interface Used {
  readonly pipeline: Pipeline;
  readonly key: string;
  readonly value: Plain;
}

/** Never asked: the file's own patterns are matched by the room that loads files. */
const nothing = /(?!)/;

/**
 * The tags of a file's own `__tags`: `{"double .*?": {script: double.ts, priority: 40}}`. The step runs with pipe data
 * of its own, which has the key as `tag` and what stands under it as `value`; its result takes the value's place.
 */
export function createFileTags(services: RunServices): FileTagFactory {
  return (pattern, priority, definition, path, check) => {
    const step = stepOf(definition);
    const parse = (tag: string, where: TreePath, context: CheckContext) =>
      parsePipeline(step, where, { check: context, services, tag });
    // Once for the problems; then for each use, because scripts are told the key.
    if (parse(pattern, path, check) === undefined) return undefined;
    return {
      name: pattern,
      pattern: nothing,
      words: pattern,
      fits: () => false,
      priority,
      parse({ key, value }, context): Used | undefined {
        const pipeline = parse(key, path, context);
        return pipeline === undefined ? undefined : { pipeline, key, value };
      },
      async process(parsed, context) {
        const { pipeline, key, value } = parsed as Used;
        const pipeData = copyPlain(context.pipeData);
        setKey(pipeData, "tag", key);
        setKey(pipeData, "value", copyPlain(value));
        const result = await runPipeline(pipeline, {
          services,
          context,
          pipeData,
          gathered: emptyMapping(),
          cwd: context.cwd,
          signal: context.signal,
          thread: undefined,
          timeout: undefined,
          run: runPipeline,
        });
        if (!result.ok) throw new ProblemError([result.problem]);
        return { kind: "value", value: result.output };
      },
    };
  };
}

function stepOf(definition: Mapping): Mapping {
  const step = emptyMapping();
  for (const [key, value] of Object.entries(definition)) if (key !== "priority") setKey(step, key, value);
  return step;
}
