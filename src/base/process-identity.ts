import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { processFields } from "./process-fields.ts";

/** Names one process for good: process ids are used again, start times within one boot are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the start of the process; "-" where the system does not tell. */
  readonly started: string;
  readonly boot: string;
  readonly host: string;
}

let own: ProcessIdentity | undefined;

export function ownIdentity(): ProcessIdentity {
  own ??= { pid: process.pid, started: startOf(process.pid) ?? "-", boot: bootId(), host: hostname() };
  return own;
}

export function identityText(identity: ProcessIdentity): string {
  return `${identity.pid} ${identity.started} ${identity.boot} ${identity.host}\n`;
}

/** Of the boot only what tells it from others: such a text fits into a file's own entry, without room on the disk. */
export function shortIdentityText({ boot, ...identity }: ProcessIdentity): string {
  return identityText({ ...identity, boot: digits(boot).slice(0, 16) || "-" }).trimEnd();
}

export function parseIdentity(text: string): ProcessIdentity | undefined {
  const [pid, started, boot, host] = text.trim().split(" ");
  if (pid === undefined || started === undefined || boot === undefined || host === undefined)
    return undefined;
  return /^[1-9]\d{0,9}$/.test(pid) ? { pid: Number(pid), started, boot, host } : undefined;
}

/** "elsewhere": another machine (or container) that cannot be asked from here. */
export function stateOf(identity: ProcessIdentity): "running" | "ended" | "elsewhere" {
  const self = ownIdentity();
  if (identity.host !== self.host) return "elsewhere";
  // The text may have been cut.
  if (!digits(self.boot).startsWith(digits(identity.boot))) return "ended";
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "ended";
  }
  const started = startOf(identity.pid);
  // A zombie has ended, and only waits for its parent to take notice.
  if (hasEnded(identity.pid)) return "ended";
  return started === undefined || identity.started === "-" || started === identity.started
    ? "running"
    : "ended";
}

/** Field 22. */
function startOf(pid: number): string | undefined {
  return processFields(pid)?.[19];
}

/** Field 3: Z is a zombie, X a dead one. */
function hasEnded(pid: number): boolean {
  const state = processFields(pid)?.[0];
  return state === "Z" || state === "X";
}

function digits(boot: string): string {
  return boot.replaceAll("-", "");
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return "-";
  }
}
