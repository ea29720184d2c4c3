import { expect, test } from "vitest";
import { runOf, workshop } from "./workshop.ts";

const told = (step: string) =>
  workshop()
    .problems(`run:\n  - ${step}\n`)
    .split("\n")
    .filter((line) => line.startsWith("demo.yaml"))
    .map((line) => line.replace(/^demo\.yaml:/, "").replace(/: error: /, " "));

test("a counter is read and changed", async () => {
  const { process } = workshop();
  const result = await process(`
run:
  - shared: {counter: requests, increment: 1}
  - shared: {counter: requests, increment: "{{requests}}", as: doubled}
  - shared: {counter: requests, get_set: 10, as: before}
  - shared: {counter: requests, decrement: 3}
    as: left
  - shared: {counter: other}
`);
  expect(runOf(result)).toEqual({ args: [], requests: 1, doubled: 2, before: 2, left: 7, other: 0 });
});

test("state is set, read, compared and listed", async () => {
  const { process, clock } = workshop();
  const result = await process(`
set who: me
run:
  - shared: {state: settings, key: delay, set: {seconds: 5, by: "{{who}}"}}
  - shared: {state: settings, key: delay}
  - shared: {state: settings, key: delay, compare and set: {expected: {by: me, seconds: 5}, value: 6}, as: changed}
  - shared: {state: settings, key: none, as: none}
  - shared: {state: settings, key: soon, set: 1, expiry: 5s}
  - shared: {state: settings, keys: true, as: keys}
  - shared: {state: settings, key: soon, delete: true, as: deleted}
  - shared: {state: settings, entries: true, as: all}
`);
  expect(runOf(result)).toEqual({
    args: [],
    who: "me",
    delay: { seconds: 5, by: "me" },
    changed: true,
    none: null,
    keys: ["delay", "soon"],
    deleted: true,
    all: { delay: 6 },
  });
  await clock.advance(0);
});

test("a taken message is gone when its steps have run, and comes again when they failed", async () => {
  const { process, services } = workshop();
  await process(`run: [{shared: {queue: jobs, push: {name: one}}}]`);
  const failing = process(`
run:
  - shared:
      queue: jobs
      take: [{shell: "exit 3"}]
`);
  await expect(failing).rejects.toThrow("3");
  expect(await services.space.queue("jobs").length()).toBe(1);
  const result = await process(`
run:
  - shared: {queue: jobs, peek: 5, as: seen}
  - shared: {queue: jobs, take: [{set: {did: "{{message.name}}"}}], as: done}
  - shared: {queue: jobs, pop: true, as: popped}
  - shared: {queue: jobs, length: true, as: length}
  - shared: {queue: jobs, take: [{set: {did: never}}], as: nothing}
`);
  expect(runOf(result)).toMatchObject({
    seen: [{ position: 1, message: { name: "one" } }],
    done: { did: "one" },
    popped: null,
    length: 0,
  });
  expect(runOf(result)).not.toHaveProperty("nothing");
});

test("steps run while a lock is held, and it is given back", async () => {
  const { process } = workshop();
  const result = await process(`
run:
  - shared:
      lock: door
      steps:
        - shared: {lock: door, held: true}
        - shared: {lock: door, holder: true, as: who}
    as: inside
  - shared: {lock: door, held: true, as: after}
`);
  expect(runOf(result)).toMatchObject({
    inside: { door: true, who: { lock: "door", token: "1" } },
    after: false,
  });
});

test("a log is written and read", async () => {
  const { process } = workshop();
  const result = await process(`
run:
  - shared: {log: events, append: "first"}
  - shared: {log: events, append: {n: 2}}
  - shared: {log: events, tail: 1}
`);
  expect(runOf(result)).toMatchObject({ events: [{ entry: { n: 2 }, position: 2 }] });
});

test("what the store refuses is a failed step with its place", async () => {
  const { process } = workshop();
  await expect(process(`run: [{shared: {counter: n, increment: 1.5}}]`)).rejects.toThrow(
    'shared counter "n": a counter holds whole numbers, not "1.5"',
  );
});

test.each([
  ["{shared: counter}", /2:\d+ "shared" must be a mapping such as/],
  [
    "{shared: {counterr: n}}",
    /"shared" needs one of counter, state.*\("counterr" — did you mean "counter"\?\)/,
  ],
  ["{shared: {counter: n, queue: q}}", /"shared" is about one thing, and "counter" and "queue" are two/],
  ["{shared: {counter: n, incremnt: 1}}", /unknown key "incremnt".*did you mean "increment"\?/],
  ["{shared: {queue: q}}", /"queue" needs one of push, pop/],
  ["{shared: {queue: q, pop: true, push: 1}}", /one operation at a time: "push" and "pop" are two/],
  ["{shared: {state: b, set: 1}}", /"set" needs "key": which entry of the bucket/],
  ["{shared: {queue: q, pop: 3}}", /"pop" takes no more than true, not 3/],
  ["{shared: {queue: q, take: [{schell: date}]}}", /unknown key "schell"/],
])("%s is refused when the file is loaded", (step, message) => {
  expect(told(step).join("\n")).toMatch(message);
});
