import { assertNever } from "../../base/index.ts";
import type { RestartPolicy } from "./definition.ts";

/**
 * What becomes of a long-running step. Times are monotonic seconds.
 *
 *              ┌──────── due ────────┐
 *              ▼                     │
 *         ┌─ running ── ended ──▶ waiting ── stopped ──▶ finished
 *         │    │  │
 *         │    │  └─ ended, given up ──▶ failed
 *         │    └──── ended, no restart wanted ──▶ finished (or failed)
 *         └───────── stopped ──▶ stopping ── ended ──▶ finished
 */
export type LongState =
  | ({ readonly kind: "running"; readonly since: number } & Restarts)
  | ({ readonly kind: "waiting"; readonly delay: number; readonly alarm: boolean } & Restarts)
  | { readonly kind: "stopping" }
  | { readonly kind: "finished" }
  | { readonly kind: "failed"; readonly gaveUp: boolean };

interface Restarts {
  /** Since it was last healthy. */
  readonly attempt: number;
  /** Times of the last restarts, for the alarm. */
  readonly recent: readonly number[];
}

export type LongEvent =
  /** `progress`: it gave at least one result; `jitter` from 0 to 1. */
  | {
      readonly kind: "ended";
      readonly at: number;
      readonly ok: boolean;
      readonly progress: boolean;
      readonly jitter: number;
    }
  | { readonly kind: "due"; readonly at: number }
  | { readonly kind: "stopped" };

/**
 * A step that lives just long enough to count as healthy, dies, and does so for ever would never be noticed by
 * `give_up_after`: so many restarts within this time raise an alarm.
 */
const ALARM_RESTARTS = 10;
const ALARM_SECONDS = 3600;

export const firstState = (at: number): LongState => ({
  kind: "running",
  since: at,
  attempt: 0,
  recent: [],
});

export function nextState(state: LongState, event: LongEvent, policy: RestartPolicy): LongState {
  switch (state.kind) {
    case "running":
      if (event.kind === "stopped") return { kind: "stopping" };
      return event.kind === "ended" ? afterEnd(state, event, policy) : state;
    case "waiting":
      if (event.kind === "stopped") return { kind: "finished" };
      if (event.kind !== "due") return state;
      return { kind: "running", since: event.at, attempt: state.attempt, recent: state.recent };
    case "stopping":
      return event.kind === "ended" ? { kind: "finished" } : state;
    case "finished":
    case "failed":
      return state;
    default:
      return assertNever(state);
  }
}

function afterEnd(
  state: Extract<LongState, { kind: "running" }>,
  event: Extract<LongEvent, { kind: "ended" }>,
  policy: RestartPolicy,
): LongState {
  const wanted = policy.when === "always" || (policy.when === "failure" && !event.ok);
  if (!wanted) return event.ok ? { kind: "finished" } : { kind: "failed", gaveUp: false };
  const healthy = event.progress && event.at - state.since >= policy.healthyAfter;
  const attempt = healthy ? 1 : state.attempt + 1;
  if (policy.giveUpAfter !== undefined && attempt > policy.giveUpAfter)
    return { kind: "failed", gaveUp: true };
  const full = Math.min(policy.maxDelay, policy.delay * 2 ** Math.min(attempt - 1, 60));
  const within = state.recent.filter((time) => event.at - time < ALARM_SECONDS);
  const recent = [...within, event.at];
  const alarm = recent.length >= ALARM_RESTARTS;
  return {
    kind: "waiting",
    delay: full * (0.5 + event.jitter / 2),
    alarm,
    attempt,
    recent: alarm ? [] : recent,
  };
}
