/** The drawing thread: one request at a time, one reply each. */
import { parentPort } from "node:worker_threads";
import { internalError, problem } from "../base/index.ts";
import { FilePainter } from "./paint-file.ts";
import type { PaintReply, PaintRequest } from "./painter-messages.ts";

const port = parentPort;
if (port === null) throw internalError("the drawing thread was started as a program");
const painter = new FilePainter();

port.on("message", (request: PaintRequest) => {
  void answer(request).then((reply) => port.postMessage(reply));
});

async function answer(request: PaintRequest): Promise<PaintReply> {
  try {
    const result = await painter.paint(request);
    return result.ok ? { ok: true, painted: result.value } : { ok: false, problems: result.problems };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problems: [problem("graph-failed", `cannot draw "${request.out}": ${reason}`)] };
  }
}
