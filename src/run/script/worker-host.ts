import type { FromWorker, ToWorker } from "./protocol.ts";

/** How a worker came to its end. */
export type WorkerEnd =
  | { readonly kind: "asked" }
  | { readonly kind: "out-of-memory" }
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "crashed"; readonly signal: string }
  | { readonly kind: "failed"; readonly message: string };

export interface WorkerListener {
  onMessage(message: FromWorker): void;
  /** Once, last. */
  onEnd(end: WorkerEnd): void;
  /** What reached standard output or error past the script's console: a child's native code, a grandchild. */
  onOutput(text: string): void;
}

/** A place where scripts run: a thread of this process, or a process. */
export interface WorkerHost {
  post(message: ToWorker): void;
  /** Busy workers keep the process alive, idle ones do not. */
  keepAlive(busy: boolean): void;
  /** Bytes of its heap and buffers; undefined where the system takes care of the limit. */
  heapUsed(): Promise<number | undefined>;
  /** Ends it whatever it does; resolves when it is gone. */
  end(): Promise<void>;
}

export type StartHost = (listener: WorkerListener) => WorkerHost;
