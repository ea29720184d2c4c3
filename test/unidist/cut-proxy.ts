import { connect, createServer, type Socket } from "node:net";

/** A TCP proxy on loopback whose connections can be cut, or kept open and silent. */
export interface CutProxy {
  readonly port: number;
  /** Ends all connections; refuses new ones until `heal`. */
  cut(): void;
  /** Forwards nothing any more and closes nothing, as a network that swallows everything. */
  hush(): void;
  heal(): void;
  close(): Promise<void>;
}

export function startProxy(target: number): Promise<CutProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let mode: "forward" | "refuse" | "silent" = "forward";
  const server = createServer((client) => {
    if (mode === "refuse") {
      client.destroy();
      return;
    }
    const upstream = connect(target, "127.0.0.1");
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.on("data", (bytes: Buffer) => {
        if (mode === "forward") to.write(bytes);
      });
      from.on("error", () => {});
      from.on("close", () => {
        pairs.delete(pair);
        if (mode !== "silent") to.destroy();
      });
    }
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const destroy = () => {
        for (const pair of pairs) for (const socket of pair) socket.destroy();
        pairs.clear();
      };
      resolve({
        port: typeof address === "object" && address !== null ? address.port : 0,
        cut() {
          mode = "refuse";
          destroy();
        },
        hush() {
          mode = "silent";
        },
        heal() {
          if (mode === "silent") destroy();
          mode = "forward";
        },
        close() {
          destroy();
          return new Promise((done) => server.close(() => done()));
        },
      });
    });
  });
}
