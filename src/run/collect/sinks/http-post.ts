import type { Agent, OutgoingHttpHeaders } from "node:http";
import { problem } from "../../../base/index.ts";
import { readSecret, redact, type SecretSource } from "./secret.ts";
import type { SendOutcome } from "./sink.ts";

export interface Login {
  readonly user?: string | undefined;
  readonly password?: SecretSource | undefined;
  readonly token?: SecretSource | undefined;
  /** `Bearer` or `Token`. */
  readonly scheme: string;
}

const longestAnswer = 1_000_000;

/** Posts bodies to one address over one connection that is kept. */
export class HttpPost {
  readonly #url: URL;
  readonly #login: Login;
  readonly #dir: string;
  readonly #headers: OutgoingHttpHeaders;
  #agent: Agent | undefined;

  constructor(url: URL, login: Login, dir: string, headers: OutgoingHttpHeaders) {
    this.#url = url;
    this.#login = login;
    this.#dir = dir;
    this.#headers = headers;
  }

  async send(body: string | Uint8Array, signal: AbortSignal): Promise<SendOutcome> {
    const login = this.#authorization();
    if ("code" in login) return { kind: "failed", problem: login };
    // Loaded with the first batch: starting a block loads no HTTP.
    const web =
      this.#url.protocol === "https:"
        ? process.getBuiltinModule("node:https")
        : process.getBuiltinModule("node:http");
    this.#agent ??= new web.Agent({ keepAlive: true, maxSockets: 1 });
    const { promise, resolve } = Promise.withResolvers<SendOutcome>();
    let isOut = false;
    const fail = (message: string) =>
      resolve({ kind: "failed", problem: problem("sink-failed", message), maybeTaken: isOut });
    // As bytes: Node would send the header of a text as UTF-8 and that of bytes as Latin-1.
    const bytes = Buffer.from(body);
    const headers = { ...this.#headers, ...login.headers, "Content-Length": bytes.length };
    const request = web.request(this.#url, { method: "POST", agent: this.#agent, headers, signal });
    request.on("finish", () => {
      isOut = true;
    });
    request.on("error", (error) => fail(redact(error.message, ...login.secrets)));
    request.on("response", (response) => {
      let text = "";
      let length = 0;
      const done = () => {
        const { statusCode = 0, headers: answered } = response;
        const said = redact(text, ...login.secrets);
        resolve(outcomeOf(statusCode, said, answered["retry-after"]));
      };
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        if (text.length < 10_000) text += piece;
        length += piece.length;
        if (length <= longestAnswer) return;
        // The status has said what there is to know.
        done();
        response.destroy();
      });
      response.on("error", (error) => fail(redact(error.message, ...login.secrets)));
      response.on("end", done);
    });
    request.end(bytes);
    return promise;
  }

  close(): void {
    this.#agent?.destroy();
  }

  #authorization() {
    const { user, password, token, scheme } = this.#login;
    const source = token ?? password;
    if (source === undefined) return { headers: {}, secrets: [] };
    const read = readSecret(source, this.#dir);
    if (!("secret" in read)) return read;
    const { secret } = read;
    const basic = Buffer.from(`${user ?? ""}:${secret}`).toString("base64");
    const value = token !== undefined ? `${scheme} ${secret}` : `Basic ${basic}`;
    return { headers: { Authorization: Buffer.from(value).toString("latin1") }, secrets: [secret, basic] };
  }
}

/**
 * What the store cannot digest is refused for good; everything else may be otherwise next time. Redirects are not
 * followed: values and passwords go where the block says.
 */
export function outcomeOf(status: number, text: string, retryAfter?: string): SendOutcome {
  if (status >= 200 && status < 300) return { kind: "sent" };
  const isElsewhere = status >= 300 && status < 400;
  const notes = isElsewhere ? ["redirects are not followed: write the address that it leads to"] : [];
  const message = `the server answers ${status}${text === "" ? "" : `: ${text}`}`;
  const found = problem("sink-failed", message, { notes });
  if (status === 400 || status === 413 || status === 422) return { kind: "rejected", problem: found };
  const seconds = Number(retryAfter);
  return {
    kind: "failed",
    problem: found,
    retryAfter: seconds > 0 ? seconds * 1000 : undefined,
    // A gateway may have passed it on.
    maybeTaken: status >= 500,
  };
}
