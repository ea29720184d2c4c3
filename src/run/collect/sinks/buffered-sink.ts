import { assertNever, type Milliseconds, problem, type SinkCounts, type Timer } from "../../../base/index.ts";
import { PointQueue } from "./point-queue.ts";
import type { Point, SendOutcome, Sink, SinkContext, SinkFigures, SinkTransport } from "./sink.ts";
import { SinkTrouble } from "./sink-trouble.ts";

export interface BufferOptions {
  /** Most points that wait, the batch on its way included. */
  readonly buffer: number;
  /** Most points sent at once. */
  readonly batch: number;
  /** How long a point may wait for others to travel with, ms. */
  readonly delay: number;
  /** How long a batch may take, ms. */
  readonly timeout: number;
}

const firstRetry = 1000;
const longestRetry = 60_000;
/** Between a batch that is refused and the half of it, at least; ms. */
const quickestAfterRefusal = 100;

/**
 * Between collecting, which must never wait, and a store that may be slow, broken or gone.
 *
 *     idle --add--> gathering --delay or full batch--> sending --sent--> idle or gathering
 *                                                         |
 *                        waiting <-------failed-----------+--rejected--> half a batch, later; a single one is dropped
 *                           +---back-off with jitter--> sending
 *
 * A batch that failed stays as it is until it is taken, so order is kept; beyond `buffer` the oldest of those behind
 * it are dropped.
 */
export class BufferedSink implements Sink {
  readonly #kind: string;
  readonly #to: string;
  readonly #transport: SinkTransport;
  readonly #options: BufferOptions;
  readonly #context: SinkContext;
  readonly #trouble: SinkTrouble;
  readonly #queue = new PointQueue();
  readonly #count = { sent: 0, dropped: 0, rejected: 0, failures: 0 };
  /** Taken from the queue, and neither taken by the store nor given up yet. */
  #batch: readonly Point[] = [];
  #most: number;
  #sending: Promise<boolean> | undefined;
  /** What the transport did not end in time: the batch is not given to it again before it has. */
  #late: Promise<SendOutcome> | undefined;
  #abort: AbortController | undefined;
  #timer: Timer | undefined;
  #due = 0;
  #retryDelay = firstRetry;
  #isBackingOff = false;
  #isLate = false;
  #closing: Promise<void> | undefined;

  constructor(
    kind: string,
    to: string,
    transport: SinkTransport,
    options: BufferOptions,
    context: SinkContext,
  ) {
    this.#kind = kind;
    this.#to = to;
    this.#transport = transport;
    this.#options = options;
    this.#context = context;
    this.#most = options.batch;
    this.#trouble = new SinkTrouble(`${kind} ${to}`, context, () => this.#counts);
  }

  add(point: Point): void {
    if (this.#transport.wantsUnknown !== true && point.values.every((value) => value === null)) return;
    if (this.#closing !== undefined) {
      this.#count.dropped++;
      return;
    }
    this.#queue.add(point);
    if (this.#waiting > this.#options.buffer) this.#dropOldest();
    if (this.#sending !== undefined || this.#isBackingOff) return;
    this.#schedule(this.#queue.length >= this.#most ? 0 : this.#options.delay);
  }

  figures(): SinkFigures {
    return { kind: this.#kind, to: this.#to, ...this.#counts };
  }

  close(grace: number): Promise<void> {
    this.#closing ??= this.#close(grace);
    return this.#closing;
  }

  get #counts(): SinkCounts {
    return { ...this.#count, waiting: this.#waiting };
  }

  get #waiting(): number {
    return this.#queue.length + this.#batch.length;
  }

  #dropOldest(): void {
    const gone = this.#queue.take(1).length;
    this.#count.dropped += gone;
    this.#trouble.lost(gone);
    const message = `more than ${this.#options.buffer} samples wait; the oldest are dropped`;
    this.#trouble.tell(problem("sink-full", message));
  }

  /** The earlier of two wishes wins. */
  #schedule(delay: number): void {
    const due = this.#context.clock.monotonic() + delay;
    if (this.#timer !== undefined && this.#due <= due) return;
    this.#timer?.cancel();
    this.#due = due;
    this.#timer = this.#context.clock.after(delay as Milliseconds, () => {
      this.#timer = undefined;
      this.#isBackingOff = false;
      this.#start();
    });
  }

  #start(): void {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
      if (this.#closing !== undefined || this.#isBackingOff || this.#waiting === 0) return;
      this.#schedule(this.#waiting >= this.#most ? 0 : this.#options.delay);
    });
  }

  /** Whether to go on at once. */
  async #send(): Promise<boolean> {
    if (this.#batch.length === 0) this.#batch = this.#queue.take(this.#most);
    if (this.#batch.length === 0) return false;
    const outcome = await this.#attempt(this.#batch);
    switch (outcome.kind) {
      case "sent": {
        const refused = Math.min(outcome.refused ?? 0, this.#batch.length);
        this.#count.sent += this.#batch.length - refused;
        this.#count.rejected += refused;
        this.#batch = [];
        this.#most = Math.min(this.#most * 2, this.#options.batch);
        this.#retryDelay = firstRetry;
        this.#trouble.lost(refused);
        if (outcome.problem !== undefined) this.#trouble.tell(outcome.problem);
        else this.#trouble.over();
        return true;
      }
      case "rejected":
        this.#halve();
        this.#trouble.tell(outcome.problem);
        // A store that refuses everything is not to be flooded.
        this.#backOff(Math.max(this.#options.delay, quickestAfterRefusal));
        return true;
      case "failed": {
        this.#count.failures++;
        this.#trouble.tell(outcome.problem);
        const wait = Math.min(outcome.retryAfter ?? 0, longestRetry);
        this.#backOff(Math.max(wait, this.#retryDelay * (0.5 + this.#context.random() / 2)));
        this.#retryDelay = Math.min(this.#retryDelay * 2, longestRetry);
        return false;
      }
      default:
        return assertNever(outcome);
    }
  }

  /** Looks for the one that is refused, so that the others get through. */
  #halve(): void {
    if (this.#batch.length === 1) {
      this.#count.rejected++;
      this.#trouble.lost(1);
      this.#batch = [];
      return;
    }
    this.#most = Math.ceil(this.#batch.length / 2);
    this.#queue.putBack(this.#batch);
    this.#batch = [];
  }

  #backOff(delay: number): void {
    if (this.#closing !== undefined) return;
    this.#isBackingOff = true;
    this.#schedule(delay);
  }

  /** Ends by itself after the time-out, even if the transport does not. */
  async #attempt(points: readonly Point[]): Promise<SendOutcome> {
    const { clock } = this.#context;
    const { timeout } = this.#options;
    const abort = new AbortController();
    this.#abort = abort;
    let timer: Timer | undefined;
    const cut = new Promise<SendOutcome>((resolve) => {
      timer = clock.after(timeout as Milliseconds, () => abort.abort());
      abort.signal.addEventListener("abort", () => {
        resolve(failure(this.#isLate ? "no answer before the end" : `no answer within ${timeout / 1000} s`));
      });
    });
    const transmit = () => this.#transmit(points, abort.signal);
    const late = this.#late?.then((outcome) => (outcome.kind === "failed" ? transmit() : outcome));
    const sending = late ?? transmit();
    const outcome = await Promise.race([sending, cut]);
    // Aborted transports end soon, others (a disk that hangs) may yet take the batch.
    this.#late = abort.signal.aborted ? sending : undefined;
    timer?.cancel();
    this.#abort = undefined;
    return outcome;
  }

  async #transmit(points: readonly Point[], signal: AbortSignal): Promise<SendOutcome> {
    try {
      return await this.#transport.send(points, signal);
    } catch (error) {
      return failure(error instanceof Error ? error.message : String(error));
    }
  }

  async #close(grace: number): Promise<void> {
    const { clock } = this.#context;
    this.#timer?.cancel();
    const deadline = clock.after(grace as Milliseconds, () => {
      this.#isLate = true;
      this.#abort?.abort();
    });
    await this.#sending;
    while (!this.#isLate && this.#waiting > 0) if (!(await this.#send())) break;
    deadline.cancel();
    const lost = this.#waiting;
    if (lost > 0) {
      this.#count.dropped += lost;
      this.#queue.take(lost);
      this.#batch = [];
      this.#trouble.lost(lost);
      this.#trouble.tell(problem("sink-lost", "samples that were not sent before the end are lost"), true);
    }
    await this.#transport.close();
    this.#trouble.closed();
  }
}

function failure(message: string): SendOutcome {
  return { kind: "failed", problem: problem("sink-failed", message) };
}
