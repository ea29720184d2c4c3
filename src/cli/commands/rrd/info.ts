import { ok, type Plain, type Result } from "../../../base/index.ts";
import { type RrdInfo, rrdInfoText } from "../../../rrd/index.ts";
import { toJson } from "../../output.ts";
import { orUnreached, withDaemon } from "./through-daemon.ts";
import { daemon, flag, type RrdVerb, type RrdWorld, refuse, takeApart } from "./world.ts";

/** With `--json`, which rrdtool has not, one line for programs. */
export const info: RrdVerb = async (world, words) => {
  const asked = words.filter((word) => word !== "--json");
  const given = takeApart(asked, [daemon, flag("F", "noflush")]);
  if (!given.ok) return given;
  const [file, more] = given.value.rest;
  if (file === undefined || more !== undefined)
    return refuse("Usage: rrdtool info [--daemon |-d <addr> [--noflush|-F]] <file>");
  const address = given.value.given.get("daemon")?.at(-1);
  const json = asked.length < words.length;
  const noFlush = given.value.given.has("noflush");
  const flushed = await withDaemon(world, address, async (server) => {
    const done = noFlush ? ok(undefined) : await server.askOf("FLUSH", file);
    return done.ok ? server.askOf("INFO", file) : done;
  });
  return orUnreached(
    flushed,
    (answer) => {
      if (!answer.ok) return answer;
      if (json) return print(world, file, json);
      world.print(Buffer.from(answer.value.lines.map(daemonLine).join(""), "latin1"));
      return answer;
    },
    () => print(world, file, json),
  );
};

/** `ds[a].type 2 GAUGE`: 0 and 1 are numbers, 2 is a text. */
function daemonLine(line: string): string {
  const [, key = line, kind, value = ""] = /^(\S+) (\d) (.*)$/s.exec(line) ?? [];
  return `${key} = ${kind === "2" ? `"${value}"` : value}\n`;
}

function print(world: RrdWorld, file: string, json: boolean): Result<void> {
  const opened = world.open(file, "read");
  if (!opened.ok) return opened;
  const held = { ...opened.value.info(), file };
  opened.value.close();
  world.print(json ? `${toJson(plainInfo(held))}\n` : rrdInfoText(held));
  return ok(undefined);
}

/** What is not there is left out; NaN, which JSON has no number for, becomes null. */
function plainInfo(held: RrdInfo): Plain {
  return JSON.parse(JSON.stringify(held)) as Plain;
}
