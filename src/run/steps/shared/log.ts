import { plainOf } from "../../../unidist/index.ts";
import { nothing, type Operation } from "./operation.ts";

/** `log: NAME` with one of these. */
export const logOperations: Readonly<Record<string, Operation>> = {
  append: {
    parse(reading, at) {
      const value = reading.value(at);
      if (value === undefined) return undefined;
      return async (space, name, { pipeData }) => {
        await space.log(name).append(value(pipeData));
        return nothing;
      };
    },
  },
  tail: {
    parse(reading, at) {
      const lines = reading.integer(at, 1, 100_000);
      if (lines === undefined) return undefined;
      return async (space, name) => {
        const entries = [];
        for await (const { position, time, entry } of space.log(name).tail({ lines }))
          entries.push({ position: Number(position), time, entry: plainOf(entry) });
        return entries;
      };
    },
  },
  length: {
    parse: (reading, at) => (reading.yes(at) ? (space, name) => space.log(name).length() : undefined),
  },
};
