// A drawing thread that dies at pictures called crash…, hangs at hang…, and says it drew all others.
import { parentPort, threadId } from "node:worker_threads";

parentPort.on("message", ({ out }) => {
  if (out.startsWith("crash")) throw new Error("boom");
  if (out.startsWith("exit")) process.exit(3);
  if (out.startsWith("hang")) return;
  parentPort.postMessage({ ok: true, painted: { drawn: true, seconds: threadId } });
});
