import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { duplexPair } from "node:stream";
import { systemClock } from "../../src/base/index.ts";
import { openRrd } from "../../src/rrd/index.ts";
import { Alertness } from "../../src/run/cached/server/alertness.ts";
import { Session } from "../../src/run/cached/server/session.ts";
import { BaseFolder } from "../../src/run/cached/store/base-folder.ts";
import { WriteBehind } from "../../src/run/cached/store/write-behind.ts";
import { damageBytes } from "../damage-bytes.ts";
import { damageText } from "../damage-text.ts";
import { expectClear, expectThat } from "../expectations.ts";
import type { Random } from "../random.ts";
import { START, sampleFiles } from "../sample-files.ts";
import type { FuzzTarget } from "../target.ts";

const lines = [
  `UPDATE plain.rrd ${START + 200}:1:2 ${START + 210}:3:4`,
  `UPDATE plain.rrd ${START + 220}:1:2`,
  "UPDATE sub/../plain.rrd N:1:2",
  "UPDATE computed.rrd 1600000300:1",
  "FLUSH plain.rrd",
  "FLUSHALL",
  "PENDING plain.rrd",
  "FORGET plain.rrd",
  "QUEUE",
  "STATS",
  "HELP UPDATE",
  "PING",
  "BATCH",
  ".",
  `FETCH plain.rrd AVERAGE ${START} ${START + 200}`,
  `FETCHBIN plain.rrd MAX ${START} ${START + 200}`,
  "INFO forecast.rrd",
  "FIRST plain.rrd 0",
  "LAST plain.rrd",
  "CREATE made.rrd -s 10 -b 1600000000 DS:x:GAUGE:60:U:U RRA:AVERAGE:0.5:1:5",
  "LIST RECURSIVE /",
  "SUSPEND plain.rrd",
  "RESUME plain.rrd",
  "SUSPENDALL",
  "RESUMEALL",
  "WROTE plain.rrd",
  "QUIT",
];
const pieces = [
  "UPDATE ",
  "plain.rrd",
  " ",
  ":",
  "N",
  "-1",
  "\\",
  "\\\\ ",
  "../",
  "/etc/passwd",
  "\0",
  "\x7f",
  "10",
  "e",
];

/** What clients of the cache send: every whole line is answered, in order, and the next client is served as well. */
export const protocol: FuzzTarget = {
  kind: "protocol",
  weight: 5,
  async prepare(folder) {
    const good = sampleFiles(folder);
    const base = join(folder, "base");
    return {
      async play(random, note) {
        const input = damaged(random);
        note(input);
        rmSync(base, { recursive: true, force: true });
        mkdirSync(base);
        for (const { name, bytes } of good.slice(0, 5)) writeFileSync(join(base, `${name}.rrd`), bytes);
        const told: string[] = [];
        const cache = new WriteBehind({
          clock: systemClock,
          journal: undefined,
          syncFiles: false,
          writeAfter: 300,
          mostPerFile: 50,
          mostBytes: 10_000,
          mostOpen: 2,
          mostFiles: 4,
          onProblem: (problem) => told.push(problem.message),
        });
        const context = {
          cache,
          base: new BaseFolder(base),
          clock: systemClock,
          makeFolders: random.chance(0.5),
        };
        const answers = (await talk(random, context, input)).toString("latin1");
        for (const text of told) expectClear(text);
        for (const line of answers.split("\n")) if (line.startsWith("-1 ")) expectClear(line);
        if (!/quit/i.test(input.toString("latin1").replaceAll("\\", "")))
          expectThat(
            answers.endsWith("0 PONG\n"),
            `no answer at the end: ${JSON.stringify(answers.slice(-200))}`,
          );
        cache.close();
        for (const { name } of good.slice(0, 5)) {
          const opened = openRrd(join(base, `${name}.rrd`), { mode: "read" });
          expectThat(opened.ok, `${name} cannot be read any more`);
          if (opened.ok) opened.value.close();
        }
      },
    };
  },
};

function damaged(random: Random): Buffer {
  const chosen = random.list(8, () => {
    const line = random.pick(lines);
    return random.chance(0.5) ? damageText(random, line, pieces) : line;
  });
  const bytes = Buffer.from(`${chosen.join(random.chance(0.1) ? "\r\n" : "\n")}\n`);
  return random.chance(0.3) ? damageBytes(random, bytes, Buffer.from(lines.join("\n"))) : bytes;
}

/** Sends it in pieces, then asks for a sign of life; all that was answered until the session ended or that sign came. */
async function talk(
  random: Random,
  context: ConstructorParameters<typeof Session>[1],
  input: Buffer,
): Promise<Buffer> {
  const [client, server] = duplexPair();
  // What a session needs of a socket every stream has.
  new Session(server as Socket, context, new Alertness({ clock: systemClock }));
  const heard: Buffer[] = [];
  const done = new Promise<void>((resolve) => {
    client.on("data", (bytes: Buffer) => {
      heard.push(bytes);
      if (Buffer.concat(heard.slice(-2)).subarray(-7).toString() === "0 PONG\n" && sent) resolve();
    });
    for (const event of ["end", "close", "error"] as const) client.on(event, () => resolve());
  });
  let sent = false;
  for (let at = 0; at < input.length; ) {
    const piece = input.subarray(at, at + 1 + random.below(400));
    client.write(piece);
    at += piece.length;
  }
  sent = true;
  // Ends a line that has no end, and a batch.
  client.write("\n.\nPING\n");
  await done;
  client.destroy();
  server.destroy();
  return Buffer.concat(heard);
}
