import { availableParallelism, cpus } from "node:os";
import type { ProcessBlock } from "procblock";
import { numberAfter, ProcFile } from "./proc-file.ts";

/** In the order of the first line of /proc/stat, which counts hundredths of a second. */
const states = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"] as const;
type State = (typeof states)[number];
type Times = Record<State, number>;

/** What is kept from sample to sample. */
interface Before {
  readonly times: Times;
  readonly percent: Record<string, number>;
}

const stat = new ProcFile("/proc/stat");
/** Where the sample before is kept in `requestState`: workers come and go, it stays. */
const memory = "blocks/cpu";
let beforeHere: Before | undefined;

export const processBlock: ProcessBlock = ({ requestState }) => {
  const { times, more } = process.platform === "linux" ? readLinux() : readElsewhere();
  const before = newer(requestState[memory] as unknown as Before | undefined, beforeHere);
  const percent = percentages(times, before);
  beforeHere = { times, percent };
  requestState[memory] = { times: { ...times }, percent: { ...percent } };
  return { ...percent, ...more };
};

function readLinux() {
  const text = stat.read();
  const numbers = text.slice(5, text.indexOf("\n")).split(" ");
  const times = {} as Times;
  for (let index = 0; index < states.length; index++) {
    times[states[index] as State] = Number(numbers[index] ?? 0);
  }
  const { softirq, ...others } = times;
  return {
    times,
    more: {
      cores: availableParallelism(),
      running: numberAfter(text, "procs_running ") ?? 0,
      blocked: numberAfter(text, "procs_blocked ") ?? 0,
      counters: {
        ...others,
        irq: times.irq + softirq,
        context_switches: numberAfter(text, "ctxt ") ?? 0,
        forks: numberAfter(text, "processes ") ?? 0,
      },
    },
  };
}

function readElsewhere() {
  const times: Times = { user: 0, nice: 0, system: 0, idle: 0, iowait: 0, irq: 0, softirq: 0, steal: 0 };
  const all = cpus();
  for (const cpu of all) {
    times.user += Math.round(cpu.times.user / 10);
    times.nice += Math.round(cpu.times.nice / 10);
    times.system += Math.round(cpu.times.sys / 10);
    times.idle += Math.round(cpu.times.idle / 10);
    times.irq += Math.round(cpu.times.irq / 10);
  }
  const { user, nice, system, idle, irq } = times;
  return { times, more: { cores: all.length, counters: { user, nice, system, idle, irq } } };
}

/** Without a sample before: since boot. Within the same hundredth of a second: as before. */
function percentages(times: Times, before: Before | undefined): Record<string, number> {
  const spent = {} as Times;
  let total = 0;
  for (const state of states) {
    // The kernel's idle and iowait may go back by a little.
    spent[state] = Math.max(0, times[state] - (before?.times[state] ?? 0));
    total += spent[state];
  }
  if (total === 0) return before?.percent ?? {};
  const percent = (amount: number) => Math.round((amount / total) * 10_000) / 100;
  return {
    user: percent(spent.user),
    nice: percent(spent.nice),
    system: percent(spent.system),
    irq: percent(spent.irq + spent.softirq),
    iowait: percent(spent.iowait),
    steal: percent(spent.steal),
    idle: percent(spent.idle),
    busy: percent(total - spent.idle - spent.iowait),
  };
}

/** Time only adds up, so the larger sum is the later sample. */
function newer(a: Before | undefined, b: Before | undefined): Before | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return sum(a.times) >= sum(b.times) ? a : b;
}

function sum(times: Times): number {
  let total = 0;
  for (const state of states) total += times[state];
  return total;
}
