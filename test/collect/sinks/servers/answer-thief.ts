import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "../free-port.ts";

/** Passes connections on to a server, and keeps the answers of the first `steals` of them that got one. */
export class AnswerThief {
  readonly port: number;
  stolen = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(port: number, to: number, steals: number) {
    this.port = port;
    this.#server = createServer((client) => {
      const server = connect(to, "127.0.0.1");
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          client.destroy();
          server.destroy();
        });
      }
      client.pipe(server);
      server.on("data", (piece) => {
        if (this.stolen < steals) {
          this.stolen++;
          client.destroy();
        } else client.write(piece);
      });
    });
  }

  static async before(to: number, steals: number): Promise<AnswerThief> {
    const thief = new AnswerThief(await freePort(), to, steals);
    await new Promise<void>((resolve) => thief.#server.listen(thief.port, "127.0.0.1", resolve));
    return thief;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
