import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { program } from "./calls.ts";

test.each(["random.ts", "simplest.py"])(
  "a program that only waits for %s to be closed sees it through",
  (name) => {
    const closes = fileURLToPath(new URL("programs/close-idle.ts", import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [closes, program(name)], {
      encoding: "utf8",
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "closed\n", stderr: "" });
  },
);
