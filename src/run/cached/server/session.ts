import type { Socket } from "node:net";
import type { Milliseconds, Timer } from "../../../base/index.ts";
import type { Alertness } from "./alertness.ts";
import { type Answer, type CommandContext, refusal } from "./command.ts";
import { commands } from "./commands.ts";
import { takeUpdates } from "./quick-updates.ts";
import { ONE } from "./update.ts";
import { wordsOf } from "./words.ts";

/** Bytes of one command line. */
const LONGEST_LINE = 1024 * 1024;
/** With more than this unsent, a client is not listened to until it has read; for at most so long. */
const MOST_UNSENT = 256 * 1024;
const READ_WITHIN = 10_000 as Milliseconds;
/** Milliseconds that one client may keep the others waiting. */
const SLICE = 10;
const MOST_BATCH_ERRORS = 10_000;

/** Simple updates taken between two looks at the clock, and what is said to them. */
const RUN = 128;
const ONES = `${ONE}\n`.repeat(RUN);

interface Batch {
  commands: number;
  count: number;
  readonly errors: string[];
}

/** One client: cuts what comes into lines, answers them in order, and never lets it take memory without bound. */
export class Session {
  readonly #socket: Socket;
  readonly #context: CommandContext;
  readonly #alertness: Alertness;
  #input: Buffer = Buffer.alloc(0);
  #output: Answer[] = [];
  #batch: Batch | undefined;
  #turn: NodeJS.Immediate | undefined;
  #slow: Timer | undefined;
  #ended = false;

  constructor(socket: Socket, context: CommandContext, alertness: Alertness) {
    this.#socket = socket;
    this.#context = context;
    this.#alertness = alertness;
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
    socket.on("drain", () => this.#drained());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#ended = true;
      this.#slow?.cancel();
      if (this.#turn !== undefined) clearImmediate(this.#turn);
    });
  }

  #receive(bytes: Buffer): void {
    this.#input = this.#input.length === 0 ? bytes : Buffer.concat([this.#input, bytes]);
    this.#alertness.heard();
    if (this.#turn === undefined) this.#work();
  }

  #work(): void {
    this.#turn = undefined;
    const { cache, clock } = this.#context;
    const began = clock.monotonic();
    const input = this.#input;
    let from = 0;
    let more = false;
    let unsent = 0;
    while (!this.#ended) {
      const before = cache.received;
      from = takeUpdates(cache, input, from, RUN);
      const taken = cache.received - before;
      let answer: Answer | undefined;
      if (taken > 0) answer = this.#taken(taken);
      else {
        const end = input.indexOf(10, from);
        if (end < 0) break;
        const stop = end > from && input[end - 1] === 13 ? end - 1 : end;
        answer = this.#answer(input.toString("utf8", from, stop));
        from = end + 1;
      }
      if (answer !== undefined) {
        this.#output.push(answer);
        unsent += answer.length;
      }
      if (unsent > MOST_UNSENT || clock.monotonic() - began > SLICE) {
        more = input.indexOf(10, from) >= 0;
        break;
      }
    }
    this.#input = from === 0 ? input : input.subarray(from);
    this.#send();
    if (this.#ended) {
      this.#socket.end();
      return;
    }
    if (!more && this.#input.length > LONGEST_LINE) {
      this.#socket.end(`${refusal("line too long")}\n`);
      this.#ended = true;
    } else if (this.#socket.writableLength > MOST_UNSENT) this.#waitForReader();
    else if (more) {
      this.#socket.pause();
      this.#turn = setImmediate(() => this.#work());
    } else this.#socket.resume();
  }

  #taken(count: number): Answer | undefined {
    if (this.#batch === undefined) return count === 1 ? ONE : ONES.slice(0, count * (ONE.length + 1) - 1);
    this.#batch.commands += count;
    return undefined;
  }

  #answer(line: string): Answer | undefined {
    const batch = this.#batch;
    if (line === ".") {
      if (batch === undefined) return refusal("Can't use '.' here.");
      this.#batch = undefined;
      return [`${batch.count} errors`, ...batch.errors].join("\n");
    }
    if (batch !== undefined) batch.commands++;
    const words = wordsOf(line);
    const name = (words[0] ?? "").toUpperCase();
    const command = commands.get(name);
    if (command === undefined) {
      if (line === "" && batch === undefined) return undefined;
      return this.#collect(refusal(`Unknown command: ${printable(words[0] ?? "")}`));
    }
    if (name === "QUIT") {
      this.#ended = true;
      return undefined;
    }
    if (batch !== undefined && !command.inBatch) return this.#collect(refusal(`Can't use '${name}' here.`));
    words.shift();
    if (name === "BATCH") this.#batch = { commands: 0, count: 0, errors: [] };
    const answer = command.answer(this.#context, words);
    return batch === undefined ? answer : this.#collect(answer);
  }

  /** In a batch only errors are told, and at its end. */
  #collect(answer: Answer): Answer | undefined {
    const batch = this.#batch;
    if (batch === undefined) return answer;
    if (typeof answer !== "string" || !answer.startsWith("-1 ")) return undefined;
    // The count stands before the lines: what is not listed is not counted either.
    if (batch.errors.length < MOST_BATCH_ERRORS) {
      batch.errors.push(`${batch.commands} ${answer.slice(3)}`);
      batch.count++;
    }
    return undefined;
  }

  #send(): void {
    const output = this.#output;
    if (output.length === 0) return;
    this.#output = [];
    // Nobody is told that an update was taken before a crash could not lose it any more.
    this.#context.cache.commit();
    if (output.every((answer) => typeof answer === "string")) this.#socket.write(`${output.join("\n")}\n`);
    else
      for (const answer of output) {
        this.#socket.write(answer);
        this.#socket.write("\n");
      }
    this.#alertness.answered();
  }

  #waitForReader(): void {
    this.#socket.pause();
    this.#slow ??= this.#context.clock.after(READ_WITHIN, () => this.#socket.destroy());
  }

  #drained(): void {
    this.#slow?.cancel();
    this.#slow = undefined;
    if (!this.#ended && this.#turn === undefined) this.#turn = setImmediate(() => this.#work());
  }
}

function printable(word: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would act on is left out
  return word.slice(0, 200).replace(/[\u0000-\u001f\u007f]/g, "?");
}
