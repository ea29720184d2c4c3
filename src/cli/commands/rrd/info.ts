import { ok, type Plain } from "../../../base/index.ts";
import { type RrdInfo, rrdInfoText } from "../../../rrd/index.ts";
import { toJson } from "../../output.ts";
import { daemon, flag, type RrdVerb, refuse, takeApart } from "./world.ts";

/** With `--json`, which rrdtool has not, one line for programs. */
export const info: RrdVerb = (world, words) => {
  const asked = words.filter((word) => word !== "--json");
  const given = takeApart(asked, [daemon, flag("F", "noflush")]);
  if (!given.ok) return given;
  const [file, more] = given.value.rest;
  if (file === undefined || more !== undefined)
    return refuse("Usage: rrdtool info [--daemon |-d <addr> [--noflush|-F]] <file>");
  const opened = world.open(file, "read");
  if (!opened.ok) return opened;
  const held = { ...opened.value.info(), file };
  opened.value.close();
  world.print(asked.length < words.length ? `${toJson(plainInfo(held))}\n` : rrdInfoText(held));
  return ok(undefined);
};

/** NaN, which JSON has no number for, becomes null when it is written. */
function plainInfo(held: RrdInfo): Plain {
  return held as unknown as Plain;
}
