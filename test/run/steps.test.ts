import { describe, expect, test } from "vitest";
import { workshop } from "./workshop.ts";

const { problems } = workshop({ scripts: { "a.ts": () => ({}) } });
/** The messages with their places, without the lines they show. */
const told = (step: string) =>
  problems(`run:\n  - ${step}\n`)
    .split("\n")
    .filter((line) => line.startsWith("demo.yaml"))
    .map((line) => line.replace(/^demo\.yaml:/, "").replace(/: error: /, " "));

describe("a wrong step is refused when the file is loaded, at its place", () => {
  const cases: [step: string, ...messages: (string | RegExp)[]][] = [
    ["schell: date", /^2:5 unknown key "schell" — did you mean "shell"\?/],
    ["{shell: date, timout: 5}", /^2:19 unknown key "timout" — did you mean "timeout"\?/],
    ["{shell: date, script: a.ts}", /two/],
    ["{script: a.ts, timeout: 0}", /^2:29 /],
    ["{script: a.ts, timeout: -1}", /^2:29 /],
    ["{script: a.ts, cache: .nan}", /^2:27 /],
    ["{script: a.ts, cache: 1ms}", /^2:27 "cache" must be at least 10ms, not "1ms"/],
    ["{script: a.ts, cache: 1e9d}", /^2:27 "cache" must be at most 366 days, not "1e9d"/],
    ["{script: a.ts, cache: 0}", /^2:27 /],
    ["{script: a.ts, cache: soon}", /^2:27 "cache" must be a time such as 5, 200ms or 1m, not "soon"/],
    ["{script: a.ts, cron: 61 * * * *}", /^2:26 "cron" is no calendar pattern: "61 \* \* \* \*"/],
    ["{script: a.ts, cron: 0 0 30 2 *}", /^2:26 "cron" has no future time/],
    ["{script: a.ts, cache: 5, cron: '* * * * *'}", /"cache" and "cron" exclude each other/],
    ["{script: a.ts, overlap: skip}", /"overlap" needs "cache" or "cron" in the same step/],
    ["{script: a.ts, duration: 5}", /"duration" needs "cache", "cron" or "longrunning" in the same step/],
    ["{script: a.ts, restart: always}", /"restart" needs "longrunning: true" in the same step/],
    ["{set: {a: 1}, longrunning: true}", /"longrunning" does not go with "set"/],
    ["{script: b.ts}", /^2:14 script "b.ts" does not exist/],
    ["{script: a.ts, memory: 1k}", /^2:28 "memory" must be at least 8MiB, not "1k"/],
    ["{shell: 'echo {{{a}}}'}", /"\{\{\{" does not exist/],
    ["{shell: \"echo '{{a}}'\"}", /stands inside/],
    ["{script: a.ts, retry: {times: 0}}", /"times"|times/],
    ["{put: {queue: wall}}", /value/],
    ["{elif x == 1: []}", /elif x == 1/],
    ["{if x ==: []}", /^2:/],
    ["{call: missing.yaml}", /missing\.yaml/],
  ];
  test.each(cases)("%s", (step, ...messages) => {
    const found = told(step);
    expect(found.length, found.join("\n")).toBeGreaterThan(0);
    for (const message of messages) expect(found.join("\n")).toMatch(message);
  });
});

test("every step kind and option that the language has is accepted", () => {
  const steps = [
    "{script: a.ts, cache: 5, thread_id: t1, duration: 1h, history: 5, overlap: queue, align: true}",
    "{script: a.ts, cache: older, interval: 5, timeout: 3, retry: {times: 2, delay: 1, backoff: 2}, as: x}",
    "{script: a.ts, memory: 64MiB, isolate: process, env: {K: '{{x}}'}}",
    "{script: a.ts, longrunning: true, restart: {when: always, delay: 1, max_delay: 5, healthy_after: 5, give_up_after: 3}}",
    "{shell: date, cron: '*/5 * * * *', parse: kv}",
    "{set: {a.b: '{{x}}'}}",
    "{cd: /tmp}",
    "{steps: [{set: {a: 1}}], cache: 5, timeseries collect: {path: a.rrd, fields: [a]}}",
    "{if a == 1: [{set: {b: 1}}], elif a == 2: [], else: []}",
    "{template: {text: 'a'}}",
    "{log: 'a {{b}}', level: warn}",
    "{put: {queue: q, value: a.b}}",
    "{except: [{log: x}]}",
    "{finally: [{log: x}]}",
    "{timeseries collect: {path: b.rrd, interval: 5, fields: [a]}}",
  ];
  expect(problems(`run:\n${steps.map((step) => `  - ${step}`).join("\n")}\n`)).toBe("");
});

test("all problems of a file are told at once", () => {
  expect(told("{script: b.ts, timeout: 0}\n  - {shell: '', cache: no}").length).toBeGreaterThanOrEqual(3);
});
