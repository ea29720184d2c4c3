import { getKey, type Place, ProblemError, problem } from "../../base/index.ts";
import type { TagFunction } from "../../block/index.ts";
import { failureProblem } from "../failure.ts";
import { pushFailure } from "../steps/put.ts";
import type { RunServices } from "../types.ts";
import { nameFits } from "./require-lock.ts";

interface Put {
  readonly tag: string;
  readonly queue: string;
  readonly place: Place | undefined;
}

/** `put tag TAG in queue QUEUE:`: the result of TAG goes to a shared queue; the tag itself leaves no trace. */
export function putInQueueTag(services: RunServices): TagFunction {
  return {
    name: "put tag TAG in queue QUEUE",
    pattern: /^put tag (?<tag>\S.*?) in queue (?<queue>\S.*)$/,
    words: "put tag",
    fits: (value) => value === null || typeof value === "boolean",
    priority: 9999,
    parse({ key, groups, path }, check): Put | undefined {
      const { tag = "", queue = "" } = groups;
      return nameFits(queue, key, path, check) ? { tag, queue, place: check.place(path, "key") } : undefined;
    },
    async process(parsed, { result }) {
      const { tag, queue, place } = parsed as Put;
      const value = getKey(result, tag);
      if (value === undefined)
        throw new ProblemError([
          problem("no-such-tag", `the block has no result for "${tag}" to put in a queue`, { place }),
        ]);
      try {
        await services.space.queue(queue).push(value);
      } catch (error) {
        throw new ProblemError([failureProblem(pushFailure(error), place)]);
      }
      return { kind: "nothing" };
    },
  };
}
