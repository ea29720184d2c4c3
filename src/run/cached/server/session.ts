import { isAscii } from "node:buffer";
import type { Socket } from "node:net";
import type { Milliseconds, Timer } from "../../../base/index.ts";
import type { Alertness } from "./alertness.ts";
import { type Answer, type CommandContext, refusal } from "./command.ts";
import { commands } from "./commands.ts";
import { updateQuickly } from "./update.ts";
import { wordsOf } from "./words.ts";

/** Bytes of one command line. */
const LONGEST_LINE = 1024 * 1024;
/** With more than this unsent, a client is not listened to until it has read; for at most so long. */
const MOST_UNSENT = 256 * 1024;
const READ_WITHIN = 10_000 as Milliseconds;
/** Milliseconds that one client may keep the others waiting. */
const SLICE = 10;
const MOST_BATCH_ERRORS = 10_000;

/** Done, and nothing to say. */
const NOTHING = "";

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
    const { clock } = this.#context;
    const began = clock.monotonic();
    const input = this.#input;
    // One text for all lines: the bytes of ASCII are its characters.
    const text = isAscii(input) ? input.toString("latin1") : undefined;
    const simple = text === undefined || text.includes("\\") || text.includes("\t") ? undefined : text;
    let from = 0;
    let more = false;
    let unsent = 0;
    let lines = 0;
    for (let end = input.indexOf(10); end >= 0 && !this.#ended; end = nextEnd(text, input, from)) {
      const stop = end > from && input[end - 1] === 13 ? end - 1 : end;
      const quick = simple === undefined ? undefined : this.#quickly(simple, input, from, stop);
      const answer = quick ?? this.#answer(text?.slice(from, stop) ?? input.toString("utf8", from, stop));
      from = end + 1;
      if (answer !== undefined && answer !== NOTHING) {
        this.#output.push(answer);
        unsent += answer.length;
      }
      // Only what may take long is worth a look at the clock each time.
      if (
        unsent > MOST_UNSENT ||
        ((quick === undefined || ++lines % 64 === 0) && clock.monotonic() - began > SLICE)
      ) {
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

  #quickly(text: string, input: Buffer, from: number, stop: number): Answer | undefined {
    if (!text.startsWith("UPDATE ", from)) return undefined;
    const answer = updateQuickly(this.#context, text, input, from, stop);
    if (answer === undefined || this.#batch === undefined) return answer;
    this.#batch.commands++;
    return NOTHING;
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

function nextEnd(text: string | undefined, input: Buffer, from: number): number {
  return text === undefined ? input.indexOf(10, from) : text.indexOf("\n", from);
}

function printable(word: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would act on is left out
  return word.slice(0, 200).replace(/[\u0000-\u001f\u007f]/g, "?");
}
