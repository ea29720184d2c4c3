import type { Mapping } from "../../base/index.ts";
import type { Lease } from "../../unidist/index.ts";

/**
 * Locks that blocks hold, by the pipe data that flows through them: a `release lock` may stand in a mapping inside the
 * one that took the lock.
 */
export class HeldLocks {
  readonly #leases = new WeakMap<Mapping, Map<string, Lease>>();

  add(pipeData: Mapping, name: string, lease: Lease): void {
    const held = this.#leases.get(pipeData) ?? new Map<string, Lease>();
    held.set(name, lease);
    this.#leases.set(pipeData, held);
  }

  /** Takes it out: the caller releases it. */
  take(pipeData: Mapping, name: string): Lease | undefined {
    const held = this.#leases.get(pipeData);
    const lease = held?.get(name);
    held?.delete(name);
    return lease;
  }

  has(pipeData: Mapping, name: string, lease?: Lease): boolean {
    const held = this.#leases.get(pipeData)?.get(name);
    return held !== undefined && (lease === undefined || held === lease);
  }
}
