import { problem } from "../../../base/index.ts";
import type { SendOutcome } from "./sink.ts";

/** Fits into a frame of Ethernet with all its headers. */
const mostBytes = 1400;

/** Whole lines, as many as fit into each datagram. Whether they arrive nobody knows. */
export async function sendDatagrams(
  to: { readonly host: string; readonly port: number },
  lines: readonly string[],
  signal: AbortSignal,
): Promise<SendOutcome> {
  const dgram = process.getBuiltinModule("node:dgram");
  const socket = dgram.createSocket(to.host.includes(":") ? "udp6" : "udp4");
  const fault = Promise.withResolvers<never>();
  fault.promise.catch(() => {});
  socket.on("error", fault.reject);
  signal.addEventListener("abort", () => fault.reject(new Error("aborted")), { once: true });
  try {
    for (const text of packed(lines)) {
      const sent = new Promise<void>((resolve, reject) => {
        socket.send(text, to.port, to.host, (error) => (error ? reject(error) : resolve()));
      });
      await Promise.race([sent, fault.promise]);
    }
    return { kind: "sent" };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EMSGSIZE") return { kind: "rejected", problem: problem("sink-failed", message) };
    return { kind: "failed", problem: problem("sink-failed", message) };
  } finally {
    socket.close();
  }
}

export function packed(lines: readonly string[]): string[] {
  const texts: string[] = [];
  let text = "";
  for (const line of lines) {
    if (text !== "" && Buffer.byteLength(text) + Buffer.byteLength(line) > mostBytes) {
      texts.push(text);
      text = "";
    }
    text += line;
  }
  return text === "" ? texts : [...texts, text];
}
