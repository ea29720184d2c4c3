import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InProcess, procblock } from "../cli/in-process.ts";

/** What each demo says at its top is true. They run in a copy, because they write beside themselves. */
let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "procblock-demos-"));
  for (const name of ["demos", "blocks"]) {
    const from = fileURLToPath(new URL(`../../${name}`, import.meta.url));
    cpSync(from, join(work, name), { recursive: true, filter: (path) => !/\.(rrd|png|svg)$/.test(path) });
  }
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function result(...words: string[]): Promise<Record<string, unknown>> {
  const [file = "", ...others] = words;
  const told = await procblock([join(work, file), ...others, "--quiet"]);
  expect(told).toMatchObject({ code: 0, stderr: "" });
  return JSON.parse(told.stdout) as Record<string, unknown>;
}

describe("demos", () => {
  test("The simplest block prints a random number with its times, in TypeScript as in Python.", async () => {
    for (const file of ["simplest", "simplest_python"]) {
      const { run } = (await result(`demos/simplest/${file}.yaml`)) as { run: Record<string, unknown> };
      expect(Object.keys(run)).toEqual(["__duration", "__start_time", "args", "random"]);
      expect(run.random).toBeGreaterThanOrEqual(0);
      expect(run.random).toBeLessThanOrEqual(100);
    }
  });

  test("The simplest monitor gives its first result at once, and leaves a file and a picture.", async () => {
    const running = new InProcess([join(work, "demos/simplest/simplest_monitor.yaml")]);
    const ended = running.run();
    await running.until(() => running.stdout.includes("run_thread.simplest"));
    running.signal("SIGINT");
    expect((await ended).code).toBe(0);
    const header = (name: string) => readFileSync(join(work, "demos/simplest", name)).subarray(0, 4);
    expect(header("simplest.rrd").toString("latin1")).toBe("RRD\0");
    expect(header("simplest.png").toString("latin1")).toBe("\x89PNG");
    expect(readdirSync(join(work, "demos/simplest"))).not.toContain(".simplest.rrd.lock");
  });

  test("Chained blocks store, judge and report.", async () => {
    const { run } = (await result("demos/chaining/system.yaml", "--once")) as {
      run: Record<string, unknown>;
    };
    expect(run).toMatchObject({
      cpu: { busy: expect.any(Number), counters: { forks: expect.any(Number) } },
      memory: { total: expect.any(Number), used_percent: expect.any(Number) },
      load: { load1: expect.any(Number), per_core: expect.any(Number) },
      level: expect.stringMatching(/^(fine|busy|critical)$/),
      report: expect.stringMatching(/^This machine is (fine|busy|critical): /),
    });
    for (const name of ["cpu", "memory", "load"]) {
      for (const file of [`${name}.rrd`, `${name}-10m.png`, `${name}-1d.png`]) {
        expect(existsSync(join(work, "demos/chaining/data", file)), file).toBe(true);
      }
    }
  });

  test("A block called twice gets different input.", async () => {
    expect(await result("demos/chaining/twice.yaml")).toMatchObject({
      run: {
        first: { greeting: "hello aid" },
        second: { greeting: "hello world" },
        both: "hello aid, hello world",
      },
    });
  });

  test.each([
    [[], { level: "fine", aid: "none" }],
    [["--load", "0.95", "--band", "aid"], { level: "critical", page: true, aid: "band" }],
    [["--load", "0.2", "--band", "dylan"], { level: "fine", aid: "favourite" }],
  ])("The conditions with %j choose one branch each.", async (words, chosen) => {
    const data = await result("demos/conditions/conditions.yaml", ...words);
    expect(data).toEqual({ ...chosen, disk: { size: "small" } });
  });

  test("A tag of the file's own takes the place of its key.", async () => {
    expect(await result("demos/tags/tags.yaml")).toMatchObject({
      "double width": { value: 42 },
      plain: "data passes through",
      run: { text: "3 visits, by ann and bob" },
    });
  });

  test("Commands become data, and values in commands stay one word.", async () => {
    expect(await result("demos/shell/shell.yaml")).toMatchObject({
      run: {
        first_words: { lines: ["one", "two"] },
        colours: { red: 3, blue: 4 },
        disks: {
          rows: [
            { disk: "sda", used: 10 },
            { disk: "sdb", used: 20 },
          ],
        },
        sum: { number: 7 },
        echoed: { output: "it's; rm -rf nothing", status: [0] },
      },
    });
  });

  test("A calendar step runs once when asked to.", async () => {
    const { run } = (await result("demos/cron/cron.yaml", "--once")) as { run: { minute: string } };
    expect(run.minute).toMatch(/^\d\d:\d\d$/);
  });

  test("Each interface gets a file and a picture of its own.", async () => {
    const { run } = (await result("demos/each/network.yaml", "--once")) as { run: { interfaces: object } };
    expect(Object.keys(run.interfaces)).toContain("lo");
    for (const file of ["lo.rrd", "lo.png"])
      expect(existsSync(join(work, "demos/each/data", file))).toBe(true);
  });

  test("Each thing that graphs can show has its picture.", async () => {
    const dir = join(work, "demos/graphs");
    const input = spawnSync(process.execPath, ["history.ts"], { cwd: dir, encoding: "utf8" }).stdout;
    const made = await procblock(["rrd", "-"], { cwd: dir, input });
    expect(made).toMatchObject({ code: 0, stderr: "" });
    await result("demos/graphs/graphs.yaml", "--once");
    const text = readFileSync(join(dir, "graphs.yaml"), "utf8");
    const pictures = [...text.matchAll(/- path: (\S+)/g)].map(([, path]) => path ?? "");
    expect(pictures.length).toBeGreaterThan(5);
    for (const file of pictures) expect(existsSync(join(dir, file)), file).toBe(true);
    expect(readFileSync(join(dir, "holt-winters.svg"), "utf8")).toContain("inbound, expected");
  });

  test("Long-running steps give their first results, and end when told to.", async () => {
    const running = new InProcess([join(work, "demos/longrunning/longrunning.yaml")]);
    const ended = running.run();
    await running.until(() => running.stdout.includes("run_thread.heart"));
    running.signal("SIGTERM");
    expect((await ended).code).toBe(0);
    expect(JSON.parse(running.stdout)).toMatchObject({ run: { tick: 0, beat: 1 } });
  });

  test("A rate limit holds for all that ask, each service for itself.", async () => {
    const ask = async (service: string) => {
      const { run } = await result("demos/shared/rate-limiter.yaml", service, "--most", "2");
      return run;
    };
    expect(await ask("mail")).toMatchObject({ allowed: true, used: 1 });
    expect(await ask("mail")).toMatchObject({ allowed: true, used: 2 });
    expect(await ask("mail")).toMatchObject({ allowed: false, used: 2 });
    expect(await ask("sms")).toMatchObject({ allowed: true, used: 1 });
  });

  test("What fails is tried again, handled and tidied up.", async () => {
    expect(await result("demos/errors/errors.yaml")).toMatchObject({
      run: {
        attempts: 3,
        reason: "the command took longer than 200ms and was stopped",
        after: true,
        tidy: true,
      },
    });
  });
});

describe("blocks", () => {
  test("The states of the CPUs add up to all of their time, and memory to all there is.", async () => {
    const cpu = (await result("blocks/cpu.yaml")) as Record<string, number>;
    const states = ["user", "nice", "system", "irq", "iowait", "steal", "idle"];
    expect(states.reduce((sum, state) => sum + (cpu[state] ?? Number.NaN), 0)).toBeCloseTo(100, 0);
    const memory = (await result("blocks/memory.yaml")) as Record<string, number>;
    const { apps = 0, buffers = 0, cached = 0, free = 0, total, available = 0, used } = memory;
    expect(apps + buffers + cached + free).toBe(total);
    expect(used).toBe((total ?? 0) - available);
    const load = (await result("blocks/load.yaml")) as Record<string, number>;
    expect(load.per_core).toBeCloseTo((load.load1 ?? Number.NaN) / (load.cores ?? 1), 2);
  });
});
