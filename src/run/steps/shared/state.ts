import { isMapping, type Seconds } from "../../../base/index.ts";
import { plainOf } from "../../../unidist/index.ts";
import { type Action, nothing, type Operation } from "./operation.ts";

/** `state: BUCKET` with one of these. What is not there is null. */
export const stateOperations: Readonly<Record<string, Operation>> = {
  get: {
    with: ["key"],
    parse: ofKey((reading, key) =>
      reading.yes(key)
        ? async (state, entry) => {
            const value = await state.get(entry);
            return value === undefined ? null : plainOf(value);
          }
        : undefined,
    ),
  },
  set: {
    with: ["key", "expiry"],
    parse: ofKey((reading, key) => {
      const value = reading.value(key);
      const expiry = reading.duration("expiry");
      if (value === undefined) return undefined;
      return async (state, entry, pipeData) => {
        if (expiry === undefined) await state.set(entry, value(pipeData));
        else await state.setWithExpiry(entry, value(pipeData), expiry as Seconds);
        return nothing;
      };
    }),
  },
  "compare and set": {
    with: ["key"],
    parse: ofKey((reading, key) => {
      const given = reading.mapping(key);
      const wrong =
        given === undefined || !Object.hasOwn(given, "expected") || !Object.hasOwn(given, "value");
      if (given !== undefined && wrong)
        reading.wrong(key, `"${key}" must be {expected: VALUE, value: VALUE}`);
      const values = reading.value(key);
      if (wrong || values === undefined) return undefined;
      return async (state, entry, pipeData) => {
        const { expected = null, value = null } = values(pipeData) as { expected?: never; value?: never };
        // YAML has no "not there" but null.
        return state.compareAndSet(entry, expected ?? undefined, value ?? undefined);
      };
    }),
  },
  delete: {
    with: ["key"],
    parse: ofKey((reading, key) => (reading.yes(key) ? (state, entry) => state.delete(entry) : undefined)),
  },
  keys: {
    parse: (reading, key) =>
      reading.yes(key) ? async (space, name) => [...(await space.state(name).keys())] : undefined,
  },
  entries: {
    parse: (reading, key) =>
      reading.yes(key) ? async (space, name) => plainOf(await space.state(name).entries()) : undefined,
  },
};

type Bucket = ReturnType<Parameters<Action>[0]["state"]>;
type PipeData = Parameters<Action>[2]["pipeData"];
type OnKey = (state: Bucket, entry: string, pipeData: PipeData) => ReturnType<Action>;

/** With `key`, the entry's. */
function ofKey(parse: (...given: Parameters<Operation["parse"]>) => OnKey | undefined): Operation["parse"] {
  return (reading, key) => {
    if (!reading.has("key")) reading.wrongKey(key, `"${key}" needs "key": which entry of the bucket`);
    const entry = reading.value("key");
    const run = parse(reading, key);
    if (entry === undefined || run === undefined) return undefined;
    return (space, name, { pipeData }) => {
      const value = entry(pipeData);
      return run(space.state(name), isMapping(value) || Array.isArray(value) ? "" : String(value), pipeData);
    };
  };
}
