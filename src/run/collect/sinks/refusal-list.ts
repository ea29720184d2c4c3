import { problem } from "../../../base/index.ts";
import type { SendOutcome } from "./sink.ts";

/** What a store refused of a batch: how much, and the first reason. */
export class RefusalList {
  #count = 0;
  #first: string | undefined;

  add(reason: string): void {
    this.#count++;
    this.#first ??= reason;
  }

  outcome(tell: (reason: string) => string): SendOutcome {
    if (this.#first === undefined) return { kind: "sent" };
    return { kind: "sent", refused: this.#count, problem: problem("sink-rejected", tell(this.#first)) };
  }
}
