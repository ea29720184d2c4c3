import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type Milliseconds, problem, type Timer } from "../../../base/index.ts";
import { prometheusText } from "./prometheus-text.ts";
import { readSecret, type SecretSource } from "./secret.ts";
import type { Point, Sink, SinkContext, SinkFigures, SinkSeries } from "./sink.ts";
import { type Address, addressText } from "./sink-reader.ts";
import { SinkTrouble } from "./sink-trouble.ts";

export interface ListenOptions {
  readonly address: Address;
  /** Names besides loopback's and the address's own that requests may call this host. */
  readonly hosts: readonly string[];
  /** Values older than this are not shown, ms. */
  readonly expire: number;
  readonly token: SecretSource | undefined;
  readonly dir: string;
}

const mostSeries = 100_000;
const firstRetry = 1000;
const longestRetry = 60_000;

/** Shows the latest values at `/metrics`. Nothing is sent, so nothing waits; `sent` counts answers. */
export class PrometheusListener implements Sink {
  readonly #options: ListenOptions;
  readonly #context: SinkContext;
  readonly #trouble: SinkTrouble;
  readonly #latest = new Map<SinkSeries, { readonly point: Point; readonly at: number }>();
  readonly #count = { sent: 0, dropped: 0, rejected: 0, failures: 0 };
  readonly #hosts: ReadonlySet<string>;
  #server: Server | undefined;
  #retry: Timer | undefined;
  #retryDelay = firstRetry;
  #isClosed = false;

  constructor(options: ListenOptions, context: SinkContext) {
    this.#options = options;
    this.#context = context;
    this.#trouble = new SinkTrouble(`prometheus ${addressText(options.address)}`, context, () => ({
      ...this.#count,
      waiting: 0,
    }));
    const own = "host" in options.address ? [options.address.host] : [];
    this.#hosts = new Set(
      ["localhost", "127.0.0.1", "::1", ...own, ...options.hosts].map((name) => name.toLowerCase()),
    );
    this.#listen();
  }

  add(point: Point): void {
    if (this.#isClosed) {
      this.#count.dropped++;
      return;
    }
    if (this.#latest.size >= mostSeries && !this.#latest.has(point.series)) {
      this.#count.dropped++;
      this.#trouble.lost(1);
      this.#trouble.tell(problem("sink-full", `more than ${mostSeries} series; others are not shown`));
      return;
    }
    this.#latest.set(point.series, { point, at: this.#context.clock.monotonic() });
  }

  figures(): SinkFigures {
    return { kind: "prometheus", to: addressText(this.#options.address), ...this.#count, waiting: 0 };
  }

  /** Where it listens; for tests that leave the choice to the system. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === "object" ? address?.port : undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.cancel();
    await this.#stop();
    this.#trouble.closed();
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server?.listening !== true) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  #listen(): void {
    const http = process.getBuiltinModule("node:http");
    const limits = { requestTimeout: 10_000, headersTimeout: 5000, maxHeaderSize: 8192 };
    const server = http.createServer(limits, (request, response) => this.#answer(request, response));
    server.maxConnections = 64;
    // Who does not read the answer is not waited for: it would be kept for each of them.
    server.timeout = 30_000;
    server.on("error", (error: NodeJS.ErrnoException) => this.#failed(error));
    server.on("listening", () => {
      this.#retryDelay = firstRetry;
      this.#trouble.over();
      // A block ends when its threads do, whoever may still want to look.
      server.unref();
    });
    server.listen(
      "path" in this.#options.address ? this.#options.address.path : { ...this.#options.address },
    );
    this.#server = server;
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#isClosed || this.#retry !== undefined) return;
    this.#count.failures++;
    const where = addressText(this.#options.address);
    this.#trouble.tell(problem("sink-failed", `cannot listen at ${where}: ${error.code ?? error.message}`));
    const delay = this.#retryDelay * (0.5 + this.#context.random() / 2);
    this.#retryDelay = Math.min(this.#retryDelay * 2, longestRetry);
    this.#retry = this.#context.clock.after(delay as Milliseconds, () => {
      this.#stop().then(
        () => {
          this.#retry = undefined;
          if (!this.#isClosed) this.#listen();
        },
        () => {},
      );
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const status = this.#judge(request);
    if (status !== 200) {
      const challenge = status === 401 ? { "WWW-Authenticate": "Bearer" } : {};
      response.writeHead(status, { "Content-Type": "text/plain", ...challenge }).end();
      return;
    }
    this.#forgetOld();
    const text = prometheusText(this.#latest.values().map(({ point }) => point));
    response.writeHead(200, {
      "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
      "Content-Length": Buffer.byteLength(text),
      "Cache-Control": "no-store",
    });
    response.end(request.method === "HEAD" ? undefined : text);
    this.#count.sent++;
  }

  #judge({ method, url = "", headers }: IncomingMessage): number {
    // A page in a browser must not get at this by a name of its own that leads here.
    const host = /^(?:\[([^\]]+)\]|([^:]*))(?::\d+)?$/.exec(headers.host ?? "");
    if (!this.#hosts.has((host?.[1] ?? host?.[2] ?? "").toLowerCase())) return 403;
    const { token, dir } = this.#options;
    if (token !== undefined) {
      const read = readSecret(token, dir);
      if (!("secret" in read)) {
        this.#trouble.tell(read);
        return 503;
      }
      const given = Buffer.from(headers.authorization ?? "", "latin1");
      const wanted = Buffer.from(`Bearer ${read.secret}`);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 401;
    }
    if (url.split("?")[0] !== "/metrics") return 404;
    return method === "GET" || method === "HEAD" ? 200 : 405;
  }

  #forgetOld(): void {
    const oldest = this.#context.clock.monotonic() - this.#options.expire;
    for (const [series, { at }] of this.#latest) if (at < oldest) this.#latest.delete(series);
  }
}
