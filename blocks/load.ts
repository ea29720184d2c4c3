import { availableParallelism, loadavg } from "node:os";
import type { ProcessBlock } from "procblock";
import { ProcFile } from "./proc-file.ts";

const file = new ProcFile("/proc/loadavg");

export const processBlock: ProcessBlock = () => {
  const cores = availableParallelism();
  if (process.platform !== "linux") {
    const [load1 = 0, load5 = 0, load15 = 0] = loadavg();
    return { load1, load5, load15, per_core: perCore(load1, cores), cores };
  }
  // 0.15 0.13 0.04 2/98 12870: three averages, running/all, the latest process id
  const [load1, load5, load15, processes] = file.read().split(" ");
  const [running, all] = (processes ?? "").split("/");
  return {
    load1: Number(load1),
    load5: Number(load5),
    load15: Number(load15),
    per_core: perCore(Number(load1), cores),
    cores,
    running: Number(running),
    processes: Number(all),
  };
};

function perCore(load: number, cores: number): number {
  return Math.round((load / cores) * 1000) / 1000;
}
