import type { Socket } from "node:net";
import { type Clock, problem } from "../../../base/index.ts";
import type { SendOutcome } from "./sink.ts";
import { type Address, addressText } from "./sink-reader.ts";

/** A connection that broke so soon after a batch, ms, may have swallowed it. */
const unsureFor = 2000;

/**
 * Lines over TCP or a Unix socket, to stores that never say what arrived. A batch that was written shortly before the
 * connection broke is written again: both may have arrived, and such stores keep one value per time.
 */
export class LineStream {
  readonly #address: Address;
  readonly #clock: Clock;
  #socket: Socket | undefined;
  #last: { readonly text: string; readonly at: number } | undefined;
  #again = "";
  #answer = "";
  /** Lines that the store sent back: complaints. */
  #complaints: string[] = [];
  #complaintCount = 0;

  constructor(address: Address, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
  }

  async send(text: string, signal: AbortSignal): Promise<SendOutcome> {
    try {
      const socket = this.#socket ?? (await this.#connect(signal));
      await write(socket, this.#again + text, signal);
      if (this.#socket !== socket) throw new Error("the connection was closed");
      this.#again = "";
      this.#last = { text, at: this.#clock.monotonic() };
      return this.#sent();
    } catch (error) {
      // Reset, not ended: half a line must not be taken for a whole one.
      this.#socket?.resetAndDestroy();
      this.#lost();
      const message = error instanceof Error ? error.message : String(error);
      return { kind: "failed", problem: problem("sink-failed", message) };
    }
  }

  /** Tells the store that this is all, and does not wait for more than a moment. */
  close(): void {
    this.#socket?.unref();
    this.#socket?.end();
  }

  #sent(): SendOutcome {
    const [first] = this.#complaints;
    if (first === undefined) return { kind: "sent" };
    const refused = this.#complaintCount;
    this.#complaints = [];
    this.#complaintCount = 0;
    return { kind: "sent", refused, problem: problem("sink-rejected", `the server says: ${first}`) };
  }

  async #connect(signal: AbortSignal): Promise<Socket> {
    const net = process.getBuiltinModule("node:net");
    const socket = net.connect({ ...this.#address, noDelay: true });
    await ready(socket, signal, addressText(this.#address));
    this.#socket = socket;
    this.#answer = "";
    socket.on("error", () => {});
    socket.setEncoding("utf8");
    socket.on("data", (text) => this.#hear(String(text)));
    socket.on("end", () => socket.destroy());
    socket.on("close", () => {
      if (this.#socket === socket) this.#lost();
    });
    return socket;
  }

  #lost(): void {
    this.#socket = undefined;
    if (this.#last !== undefined && this.#clock.monotonic() - this.#last.at < unsureFor) {
      this.#again = this.#last.text;
    }
    this.#last = undefined;
  }

  #hear(text: string): void {
    const lines = (this.#answer + text).split("\n");
    this.#answer = (lines.pop() ?? "").slice(-1000);
    for (const line of lines) {
      if (line.trim() === "") continue;
      this.#complaintCount++;
      if (this.#complaints.length < 10)
        this.#complaints.push(
          line
            .replaceAll(/\p{Cc}+/gu, " ")
            .trim()
            .slice(0, 300),
        );
    }
  }
}

/** Resolves when connected; rejects and destroys when not, or when aborted. */
export function ready(socket: Socket, signal: AbortSignal, where: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => {
    socket.destroy();
    reject(new Error(`no connection to ${where}`));
  };
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  socket.once("connect", () => {
    signal.removeEventListener("abort", stop);
    resolve();
  });
  socket.once("error", (error: NodeJS.ErrnoException) => {
    signal.removeEventListener("abort", stop);
    reject(new Error(`no connection to ${where}: ${error.code ?? error.message}`));
  });
  return promise;
}

function write(socket: Socket, text: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const lost = () => reject(new Error("the connection was closed"));
  const stop = () => reject(new Error("the server does not read"));
  signal.addEventListener("abort", stop, { once: true });
  socket.once("close", lost);
  socket.write(text, (error) => {
    signal.removeEventListener("abort", stop);
    socket.off("close", lost);
    if (error) reject(error);
    else resolve();
  });
  return promise;
}
