import { freemem, totalmem } from "node:os";
import type { ProcessBlock } from "procblock";
import { numberAfter, ProcFile } from "./proc-file.ts";

const file = new ProcFile("/proc/meminfo");

export const processBlock: ProcessBlock = () => {
  if (process.platform !== "linux") {
    const [total, free] = [totalmem(), freemem()];
    return { total, free, available: free, ...use(total, free) };
  }
  const text = file.read();
  /** The file says kB and means 1024 bytes. */
  const bytes = (name: string) => (numberAfter(text, name) ?? 0) * 1024;
  const total = bytes("MemTotal:");
  const free = bytes("MemFree:");
  const buffers = bytes("Buffers:");
  // Memory of the kernel that it gives back when asked is cache too, as free(1) counts it.
  const cached = bytes("Cached:") + bytes("SReclaimable:");
  const available = bytes("MemAvailable:");
  const swapTotal = bytes("SwapTotal:");
  const swapFree = bytes("SwapFree:");
  return {
    total,
    apps: Math.max(0, total - free - buffers - cached),
    buffers,
    cached,
    free,
    available,
    ...use(total, available),
    swap_total: swapTotal,
    swap_used: swapTotal - swapFree,
    swap_free: swapFree,
    dirty: bytes("Dirty:"),
  };
};

function use(total: number, available: number) {
  return { used: total - available, used_percent: Math.round(((total - available) / total) * 10_000) / 100 };
}
