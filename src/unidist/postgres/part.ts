import type { Clock } from "../../base/index.ts";
import { textOfName } from "../value-text.ts";
import { Bell } from "./bells.ts";
import type { PostgresServer, Session } from "./server.ts";

/** Watchers and subscribers of a handle that are about to begin. */
export interface Beginnings {
  done: Promise<unknown>;
}

/** What every shared thing of a space is made with: its place in the store, and how to wait for changes of it. */
export class PostgresPart {
  readonly name: string;
  readonly clock: Clock;
  readonly server: PostgresServer;
  /** Aborted when the space is closed. */
  readonly closed: AbortSignal;
  readonly #beginnings: Beginnings;
  readonly #kind: "lock" | "counter" | "state" | "queue" | "log";
  readonly #text: string;
  readonly #space: () => Promise<string>;

  constructor(
    space: {
      id: () => Promise<string>;
      server: PostgresServer;
      clock: Clock;
      closed: AbortSignal;
      beginnings: Beginnings;
    },
    kind: "lock" | "counter" | "state" | "queue" | "log",
    name: string,
  ) {
    this.name = name;
    this.clock = space.clock;
    this.server = space.server;
    this.closed = space.closed;
    this.#beginnings = space.beginnings;
    this.#kind = kind;
    this.#text = textOfName(name);
    this.#space = space.id;
  }

  /** Epoch seconds of the server's clock, which all machines share. */
  now(): number {
    return tenthsOfMilliseconds(this.clock.wall() / 1000 + this.server.ahead);
  }

  /** Epoch seconds, so many from now. */
  later(after: number): number {
    return tenthsOfMilliseconds(this.now() + after);
  }

  /** `$1` and `$2` are the space and the name. Values that lean on `now` are made when the server is connected. */
  async query<Row extends object>(
    text: string,
    given: readonly unknown[] | (() => readonly unknown[]),
    how: { repeatable: boolean },
  ): Promise<Row[]> {
    const space = await this.#space();
    const values = typeof given === "function" ? given() : given;
    return this.server.query<Row & Record<string, unknown>>(text, [space, this.#text, ...values], how);
  }

  /** Whoever watches or subscribes sees what is done through the same handle from then on. */
  begins(begun: Promise<unknown>): void {
    this.#beginnings.done = Promise.all([this.#beginnings.done, begun]);
  }

  get begun(): Promise<unknown> {
    return this.#beginnings.done;
  }

  /** Rung when the thing may have changed, here or elsewhere; also when the connection was lost. */
  async bell(): Promise<{ bell: Bell; session: Session; remove(): void }> {
    const space = await this.#space();
    const bell = new Bell();
    const { remove } = this.server.bells.add(`${space}:${this.#kind}:${this.#text}`, bell);
    try {
      const session = await this.server.listen(space);
      return { bell, session, remove };
    } catch (error) {
      remove();
      throw error;
    }
  }
}

/** Ten seconds later is then the same number whichever way it was reached. */
function tenthsOfMilliseconds(seconds: number): number {
  return Math.round(seconds * 1e4) / 1e4;
}
