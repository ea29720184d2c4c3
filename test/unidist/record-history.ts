import type { Seconds } from "../../src/base/index.ts";
import type { Lease, Space } from "../../src/unidist/index.ts";

/** One call on one shared thing: when it began and ended (nanoseconds of the machine), what was asked and answered. */
export interface Call {
  readonly thing: "counter" | "register" | "lock" | "queue";
  readonly from: number;
  readonly to: number;
  readonly ask: readonly (string | number)[];
  readonly answer: string;
}

/** Does things by chance on the space's things, as `seed` will have it. */
export async function recordHistory(space: Space, seed: string, count = 400): Promise<Call[]> {
  const calls: Call[] = [];
  const random = randomOf(seed);
  const record = async (thing: Call["thing"], ask: Call["ask"], call: () => Promise<unknown>) => {
    const from = Number(process.hrtime.bigint());
    const answer = String(await call());
    calls.push({ thing, from, to: Number(process.hrtime.bigint()), ask, answer });
  };
  const [counter, register] = [space.counter("c"), space.state("s")];
  const [lock, queue] = [space.lock("l"), space.queue("q")];
  let lease: Lease | null = null;
  for (let i = 0; i < count; i++) {
    const value = Math.floor(random() * 3);
    const other = Math.floor(random() * 3);
    const which = Math.floor(random() * 8);
    if (which === 0) await record("counter", ["increment"], () => counter.increment());
    else if (which === 1) await record("counter", ["getSet", value], () => counter.getSet(value));
    else if (which === 2) await record("register", ["get"], () => register.get("k"));
    else if (which === 3) await record("register", ["set", value], () => register.set("k", value));
    else if (which === 4)
      await record("register", ["cas", value, other], () => register.compareAndSet("k", value, other));
    else if (which === 5) await record("queue", ["push", `${seed}.${i}`], () => queue.push(`${seed}.${i}`));
    else if (which === 6) await record("queue", ["pop"], async () => (await queue.pop())?.message);
    else if (lease === null)
      await record("lock", ["acquire"], async () => {
        lease = await lock.acquire({ timeout: 0 as Seconds });
        return lease?.token;
      });
    else {
      const { token } = lease as Lease;
      await record("lock", ["release", String(token)], () => (lease as Lease).release());
      lease = null;
    }
  }
  if (lease !== null) {
    const { token } = lease as Lease;
    await record("lock", ["release", String(token)], () => (lease as Lease).release());
  }
  return calls;
}

/** Numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: string): () => number {
  let state = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
