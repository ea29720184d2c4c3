import { readFileSync } from "node:fs";
import type { ProcessBlock } from "procblock";

/** Reads /proc/net/dev: two lines of headings, then one line per interface. */
export const processBlock: ProcessBlock = () => {
  const interfaces: Record<string, { received: Traffic; sent: Traffic }> = {};
  for (const line of readFileSync("/proc/net/dev", "utf8").split("\n").slice(2)) {
    const [name, rest] = line.split(":");
    if (name === undefined || rest === undefined) continue;
    const counts = rest.trim().split(/\s+/).map(Number);
    interfaces[name.trim()] = {
      received: { bytes: counts[0] ?? 0, packets: counts[1] ?? 0 },
      sent: { bytes: counts[8] ?? 0, packets: counts[9] ?? 0 },
    };
  }
  return { interfaces };
};

/** Since boot. A type, not an interface, so that it counts as plain data. */
type Traffic = { bytes: number; packets: number };
