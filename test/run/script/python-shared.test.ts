import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSpace, type Space } from "../../../src/unidist/index.ts";
import { call, failureOf, file, folder, resultOf, runner, script, seconds } from "./calls.ts";

let spaces = 0;
function open(url = "memory:"): Space {
  const space = openSpace(url, `python-${++spaces}`);
  onTestFinished(() => space.close());
  return space;
}

const signature =
  "def ProcessBlock(pipe_data, block, request_state, input_data, tag=None, cwd=None, env=None, block_parent=None):\n";
const python = (body: string, before = "") =>
  script(file("a.py", `${before}${signature}${body.replace(/^/gm, "  ")}\n`));

test.each([
  ["memory:", () => "memory:"],
  ["sqlite:", () => `sqlite:${join(folder(), "shared.sqlite")}`],
])("a Python script counts, and integers stay whole in %s", async (_, url) => {
  const space = open(url());
  await space.counter("big").set(2n ** 62n);
  const { scripts } = runner({ space });
  const counts = python(`c = shared.counter("c")
return dict(first=c.increment(), second=c.increment(5), before=c.get_set(100), previous=c.get_increment(), now=c.get(),
  big=shared.counter("big").increment() == 2**62 + 1)`);
  expect(resultOf(await scripts.run(counts, call()))).toEqual({
    first: 1,
    second: 6,
    before: 6,
    previous: 100,
    now: 101,
    big: true,
  });
  expect(await space.counter("c").get()).toBe(101n);
});

test("a Python script shares state: data, bytes and large integers both ways", async () => {
  const space = open();
  await space
    .state("s")
    .set("given", { bytes: new Uint8Array([0, 255]), big: -(2n ** 61n), list: [null, "ä", 1.5] });
  const { scripts } = runner({ space });
  const uses = python(`state = shared.state("s")
given = state.get("given")
assert given == {"bytes": b"\\x00\\xff", "big": -2**61, "list": [None, "ä", 1.5]}, given
state.set("taken", {"bytes": b"abc", "big": 2**60, "small": 7, "tuple": (True, None)})
state.set("null", None)
missing = state.get("missing", "default")
created = state.compare_and_set("cas", None, 1)
refused = state.compare_and_set("cas", None, 2)
changed = state.compare_and_set("cas", 1, [b"x"])
sums = [state.update("sum", lambda value: (value or 0) + 5) for _ in range(2)]
state.update("null", lambda value: "was null" if value is None else "?")
state.set("soon", 1, expiry=3600)
deleted = state.delete("soon"), state.delete("soon")
return dict(missing=missing, created=created, refused=refused, changed=changed, sums=sums, deleted=deleted,
  keys=sorted(state.keys()), entries=len(state.entries()))`);
  expect(resultOf(await scripts.run(uses, call()))).toEqual({
    missing: "default",
    created: true,
    refused: false,
    changed: true,
    sums: [5, 10],
    deleted: [true, false],
    keys: ["cas", "given", "null", "sum", "taken"],
    entries: 5,
  });
  expect(await space.state("s").get("taken")).toEqual({
    bytes: new Uint8Array([97, 98, 99]),
    big: 2n ** 60n,
    small: 7,
    tuple: [true, null],
  });
  expect(await space.state("s").get("cas")).toEqual([new Uint8Array([120])]);
  expect(await space.state("s").get("null")).toBe("was null");
});

test("a Python script pushes, pops, takes, peeks and subscribes", async () => {
  const space = open();
  const { scripts } = runner({ space });
  const uses = python(`from procblock import shared
queue = shared.queue("q")
queue.push("one", key="k")
queue.push_many(["two", "three", "four"])
seen = []
for message in queue.subscribe(start=0):
  seen.append(message.message)
  if len(seen) == 4:
    break
with queue.take() as taken:
  first = taken.message, taken.key, taken.deliveries
try:
  with queue.take() as taken:
    raise ValueError
except ValueError:
  pass
again = queue.take(visibility=60)
again.nack()
popped = queue.pop()
rest = [message.message for message in queue.pop_many(10)]
return dict(seen=seen, first=first, again=[again.message, again.deliveries], popped=popped.message, rest=rest,
  none=[queue.pop(), queue.take(wait=0.01)], length=queue.length())`);
  expect(resultOf(await scripts.run(uses, call()))).toEqual({
    seen: ["one", "two", "three", "four"],
    first: ["one", "k", 1],
    again: ["two", 2],
    popped: "two",
    rest: ["three", "four"],
    none: [null, null],
    length: 0,
  });
});

test("a Python script logs and looks at what there is", async () => {
  const space = open();
  const { scripts } = runner({ space });
  const uses = python(`log = shared.log("l")
for number in range(5):
  log.append({"number": number})
tail = [entry.entry["number"] for entry in log.tail(lines=3)]
trimmed = log.trim(keep=2)
shared.counter("c").set(3)
shared.queue("q").push(1)
shared.state("s").set("a", 1)
return dict(tail=tail, trimmed=trimmed, length=log.length(), counters=[(c.name, c.value) for c in shared.counters()],
  queues=[(q.name, q.length) for q in shared.queues()], states=[s.name for s in shared.states()],
  logs=[(l.name, l.length) for l in shared.logs()])`);
  expect(resultOf(await scripts.run(uses, call()))).toEqual({
    tail: [2, 3, 4],
    trimmed: 3,
    length: 2,
    counters: [["c", 3]],
    queues: [["q", 1]],
    states: ["s"],
    logs: [["l", 2]],
  });
});

test("a Python script watches what others change", async () => {
  const space = open();
  await space.state("s").set("key", 1);
  const { scripts } = runner({ space, log: () => void space.state("s").set("key", 2) });
  const watches = python(`seen = []
for change in shared.state("s").watch("k*"):
  seen.append([change.key, change.value])
  if len(seen) == 2:
    return dict(seen=seen)
  print("ready")`);
  const found = resultOf(await scripts.run(watches, call()));
  expect(found).toEqual({
    seen: [
      ["key", 1],
      ["key", 2],
    ],
  });
});

test("a Python script holds a lock in a with block, and waits no longer than it said", async () => {
  const space = open();
  const { scripts } = runner({ space });
  const locks = python(`lock = shared.lock("l", timeout=0.01)
with lock as lease:
  inside = lock.is_locked(), lock.list()[0].thread, lease.token, lease.lost
  other = shared.lock("l").acquire(timeout=0)
  try:
    with shared.lock("l", timeout=0.01):
      pass
  except TimeoutError as error:
    late = str(error)
lease = shared.lock("l").acquire(lease=60)
lease.extend(120)
lease.release()
return dict(inside=inside, other=other, late=late, token=lease.token, after=lock.is_locked())`);
  expect(resultOf(await scripts.run(locks, call({ label: "cpu" })))).toEqual({
    inside: [true, "cpu", 1, false],
    other: null,
    late: 'lock "l" was not free within 0.01 s',
    token: 2,
    after: false,
  });
});

test("a Python script notices that its lock was broken", async () => {
  const space = open();
  const { scripts } = runner({ space, log: () => void space.lock("l").breakLock() });
  const holds = python(
    `import time
lease = shared.lock("l").acquire()
print("held")
while not lease.lost:
  time.sleep(0.001)
try:
  lease.release()
except SharedError as error:
  return dict(code=error.code)`,
    "from procblock import SharedError\n",
  );
  expect(resultOf(await scripts.run(holds, call()))).toEqual({ code: "not-held" });
});

test("what a Python script still holds when it returns, or is killed, is given back", async () => {
  const space = open();
  await space.queue("q").push("m");
  const { scripts } = runner({ space });
  const forgets = python(`shared.lock("l").acquire()
shared.queue("q").take(visibility=3600)
if "die" in pipe_data:
  import os
  os.kill(os.getpid(), 9)
if "hang" in pipe_data:
  shared.lock("l").acquire()
return {}`);
  const isBack = async () => !(await space.lock("l").isLocked()) && (await space.queues())[0]?.taken === 0;
  resultOf(await scripts.run(forgets, call()));
  await expect.poll(isBack, { timeout: 10_000 }).toBe(true);
  expect(failureOf(await scripts.run(forgets, call({ pipeData: { die: true } }))).kind).toBe("crashed");
  await expect.poll(isBack, { timeout: 10_000 }).toBe(true);
  const hung = await scripts.run(forgets, call({ pipeData: { hang: true }, timeout: seconds(0.3) }));
  expect(failureOf(hung).kind).toBe("timeout");
  await expect.poll(isBack, { timeout: 10_000 }).toBe(true);
});

test("threads of a Python script share at the same time, also while one waits", async () => {
  const space = open();
  const { scripts } = runner({ space });
  const counts = python(`import threading
taken = []
waiter = threading.Thread(target=lambda: taken.append(shared.queue("q").take(wait=20).message))
waiter.start()
def count():
  for _ in range(200):
    shared.counter("c").increment()
threads = [threading.Thread(target=count) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
shared.queue("q").push("go")
waiter.join()
return dict(n=shared.counter("c").get(), taken=taken)`);
  expect(resultOf(await scripts.run(counts, call()))).toEqual({ n: 800, taken: ["go"] });
});

test("errors of the space are Python exceptions with a code, at the place of the script", async () => {
  const { scripts } = runner({ space: open() });
  const codes = python(
    `codes = []
for call in (
  lambda: shared.counter("c").increment(2**63),
  lambda: shared.counter("").get(),
  lambda: shared.state("s").set("a", {1, 2}),
  lambda: shared.log("l").append("x" * (2**20 + 1)),
):
  try:
    call()
  except SharedError as error:
    codes.append(error.code)
return dict(codes=codes)`,
    "from procblock import SharedError\n",
  );
  expect(resultOf(await scripts.run(codes, call()))).toEqual({
    codes: ["overflow", "bad-name", "not-shareable", "too-large"],
  });
  const failure = failureOf(await scripts.run(python(`shared.counter("").get()`), call()));
  expect(failure.message).toBe('script "a.py" raised: procblock.SharedError: the name of a counter is empty');
  expect(failure.place?.line).toBe(2);
  expect(failure.stack).not.toMatch(/python_shared/);
});

test("children of a Python script are refused instead of waiting for ever", async () => {
  const { scripts } = runner({ space: open() });
  const forks = python(`import os
shared.counter("c").increment()
child = os.fork()
if child == 0:
  try:
    shared.counter("c").increment()
  except Exception as error:
    os._exit(7)
  os._exit(0)
return dict(status=os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))`);
  expect(resultOf(await scripts.run(forks, call()))).toEqual({ status: 7 });
});

test("a module called procblock that the user has is the one that is imported", async () => {
  const { scripts } = runner({ space: open() });
  const dir = folder();
  file("procblock.py", "mine = 1\n", dir);
  const reference = script(
    file("a.py", `import procblock\n${signature}  return {"mine": procblock.mine}\n`, dir),
  );
  expect(resultOf(await scripts.run(reference, call()))).toEqual({ mine: 1 });
});

test("without a space a Python script is told so", async () => {
  const { scripts } = runner();
  const failure = failureOf(await scripts.run(python(`shared.counter("c").get()`), call()));
  expect(failure.message).toContain("nothing is shared here");
});
