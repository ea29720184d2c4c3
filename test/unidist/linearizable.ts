import type { Call } from "./record-history.ts";

/** How a thing behaves when one call follows the other: its next state, or undefined when it would answer otherwise. */
type Model = (state: readonly string[], call: Call) => readonly string[] | undefined;

const models: Readonly<Record<Call["thing"], Model>> = {
  counter([value = "0"], { ask, answer }) {
    if (ask[0] === "increment") return answer === String(Number(value) + 1) ? [answer] : undefined;
    return answer === value ? [String(ask[1])] : undefined;
  },
  register([value = "undefined"], { ask, answer }) {
    if (ask[0] === "get") return answer === value ? [value] : undefined;
    if (ask[0] === "set") return [String(ask[1])];
    const isEqual = value === String(ask[1]);
    return answer === String(isEqual) ? [isEqual ? String(ask[2]) : value] : undefined;
  },
  /** Who holds it ("" for nobody), and the token given last. */
  lock([holder = "", last = "0"], { ask, answer }) {
    if (ask[0] === "release") return holder === ask[1] ? ["", last] : undefined;
    if (answer === "undefined") return holder === "" ? undefined : [holder, last];
    return holder === "" && Number(answer) > Number(last) ? [answer, answer] : undefined;
  },
  queue(state, { ask, answer }) {
    if (ask[0] === "push") return [...state, String(ask[1])];
    return answer === (state[0] ?? "undefined") ? state.slice(1) : undefined;
  },
};

/**
 * Whether there is an order of the calls, each somewhere between its beginning and its end, in which every answer is
 * right (Wing and Gong, with Lowe's memory of what was tried). Returns what is wrong: the calls at which no order goes on.
 */
export function findNoOrder(thing: Call["thing"], calls: readonly Call[]): readonly Call[] | undefined {
  const sorted = calls.filter((call) => call.thing === thing).sort((a, b) => a.from - b.from);
  const model = models[thing];
  const tried = new Set<string>();
  let furthest = 0;
  let stuckAt: readonly Call[] = [];
  type Node = {
    readonly done: ReadonlySet<number>;
    readonly first: number;
    readonly state: readonly string[];
  };
  const stack: Node[] = [{ done: new Set(), first: 0, state: [] }];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { done, first, state } = node;
    if (first === sorted.length) return undefined;
    const key = `${first} ${[...done].sort((a, b) => a - b)} ${JSON.stringify(state)}`;
    if (tried.has(key)) continue;
    tried.add(key);
    // Only calls that began before any other that is not done has ended can be next.
    const candidates: number[] = [];
    let earliestEnd = Number.POSITIVE_INFINITY;
    for (let index = first; index < sorted.length; index++) {
      const call = sorted[index] as Call;
      if (done.has(index)) continue;
      if (call.from > earliestEnd) break;
      candidates.push(index);
      earliestEnd = Math.min(earliestEnd, call.to);
    }
    if (first >= furthest) {
      furthest = first;
      stuckAt = candidates.map((index) => sorted[index] as Call);
    }
    for (const index of candidates) {
      const next = model(state, sorted[index] as Call);
      if (next === undefined) continue;
      const nowDone = new Set(done).add(index);
      let nowFirst = first;
      while (nowDone.delete(nowFirst)) nowFirst++;
      stack.push({ done: nowDone, first: nowFirst, state: next });
    }
  }
  return stuckAt;
}
