import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Mapping } from "../../../src/base/index.ts";
import { Sinking } from "./sinking.ts";

const secret = 'q"7\\é&x';
let dir = "";
let server: Server | undefined;
let at: Sinking | undefined;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sinks-"));
  writeFileSync(join(dir, "secret"), secret, { mode: 0o600 });
});
afterEach(async () => {
  await at?.close();
  server?.close();
  rmSync(dir, { recursive: true, force: true });
});

async function listening(made: Server): Promise<number> {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return (made.address() as AddressInfo).port;
}

/** Answers with all that it was told, as servers that explain a refusal may. */
const echo = () =>
  createHttpServer((request, response) => {
    request.resume();
    const { authorization = "" } = request.headers;
    const [scheme, rest = ""] = authorization.split(" ");
    const plain = scheme === "Basic" ? Buffer.from(rest, "base64").toString() : "";
    response.writeHead(403, `not ${Buffer.from(rest).toString("base64")}`);
    response.end(`you said ${authorization} ${plain}\nas JSON ${JSON.stringify(authorization)}`);
  });

const kinds: Readonly<Record<string, (port: number) => Mapping>> = {
  "influxdb with a token": (port) => ({
    influxdb: { url: `http://127.0.0.1:${port}`, org: "o", bucket: "b", token_file: "secret" },
  }),
  "influxdb with a password": (port) => ({
    influxdb: { url: `http://127.0.0.1:${port}`, database: "d", user: "u", password_file: "secret" },
  }),
  "prometheus with a token": (port) => ({
    prometheus: { remote_write: `http://127.0.0.1:${port}/w`, token_file: "secret" },
  }),
  "prometheus with a password": (port) => ({
    prometheus: { remote_write: `http://127.0.0.1:${port}/w`, user: "u", password_file: "secret" },
  }),
};

/** In every form in which it may come back. */
const forms = [
  secret,
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString("base64"),
  Buffer.from(`u:${secret}`).toString("base64"),
];

test.each(Object.entries(kinds))(
  "%s: what the server says of it does not get into messages",
  async (_, to) => {
    const port = await listening(echo());
    at = new Sinking(to(port), dir);
    at.add(1, 3);
    await at.until(() => (at?.sink.figures().failures ?? 0) >= 2);
    expect(at.told[0]).toMatch(/^the server answers 403: you said .*\*\*\*/);
    const told = at.happenings.flatMap((one) =>
      one.type === "sink:failed" ? Object.values(one.problem) : [],
    );
    for (const form of forms) expect(told.join()).not.toContain(form);
  },
);

test("redis: what the server says of it does not get into messages", async () => {
  const port = await listening(
    createServer((client) => {
      client.on("error", () => {});
      client.on("data", () => client.write(`-WRONGPASS you said ${secret} ${JSON.stringify(secret)}\r\n`));
    }),
  );
  at = new Sinking({ redis: { address: `127.0.0.1:${port}`, password_file: "secret" } }, dir);
  at.add(1, 3);
  await at.until(() => (at?.sink.figures().failures ?? 0) >= 2);
  expect(at.told[0]).toBe('the server says: WRONGPASS you said *** "***"');
});

test("an answer without end is not waited for: its status counts", async () => {
  const port = await listening(
    createHttpServer((request, response) => {
      request.resume();
      response.writeHead(500);
      const more = () => {
        while (response.write("x".repeat(65_536)));
        response.once("drain", more);
      };
      response.on("error", () => {});
      more();
    }),
  );
  at = new Sinking({ influxdb: { url: `http://127.0.0.1:${port}`, database: "d", timeout: "1h" } }, dir);
  at.add(1, 3);
  await at.until(() => (at?.sink.figures().failures ?? 0) >= 1);
  expect(at.told[0]).toMatch(/^the server answers 500: x{100,}$/);
});

test("a redirect is not followed", async () => {
  let asked = 0;
  const port = await listening(
    createHttpServer((request, response) => {
      request.resume();
      asked++;
      response.writeHead(307, { Location: "/elsewhere" }).end();
    }),
  );
  at = new Sinking({ prometheus: { remote_write: `http://127.0.0.1:${port}/w`, token_file: "secret" } }, dir);
  at.add(1, 1);
  await at.until(() => (at?.sink.figures().failures ?? 0) >= 1);
  expect(asked).toBe(1);
  expect(at.happenings[0]).toMatchObject({
    problem: {
      message: "the server answers 307",
      notes: ["redirects are not followed: write the address that it leads to"],
    },
  });
});

/** For 127.0.0.1, signed by itself, until 2126. */
const self = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgnOUhgas9dYl7O/95
ECghKugMShusxf+Asyhva2+72JShRANCAASpZnwNAvFtwoP4eCbJCYORj8WzGxzK
st7x1i87mHLlEUBgcT1dBfRLIakf40OdCtLeCPiYFjYxMi7Ly/dPIQ2v
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUQNWWIQFO25UexJXzlrZVOBbaDHwwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjEwMTUwOFoYDzIxMjYxMTAy
MTAxNTA4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASpZnwNAvFtwoP4eCbJCYORj8WzGxzKst7x1i87mHLlEUBgcT1dBfRL
Iakf40OdCtLeCPiYFjYxMi7Ly/dPIQ2vo2QwYjAdBgNVHQ4EFgQUftm7MlO/1TmO
pFiMOwVj6f5oae4wHwYDVR0jBBgwFoAUftm7MlO/1TmOpFiMOwVj6f5oae4wDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IQDdXQ62yytvDdtL8VmD6+X9FfC7W9awxyDxEcm/IqLywwIgKATAxOYAa5Nxs+sO
5Ddqm2dRByTIMghVQRvg6/r7pWk=
-----END CERTIFICATE-----`,
};

test("a certificate that nobody vouches for gets neither values nor the secret", async () => {
  let asked = 0;
  const port = await listening(
    createHttpsServer(self, (request, response) => {
      asked++;
      request.resume();
      response.end();
    }),
  );
  at = new Sinking(
    { prometheus: { remote_write: `https://127.0.0.1:${port}/w`, token_file: "secret" } },
    dir,
  );
  at.add(1, 1);
  await at.until(() => (at?.sink.figures().failures ?? 0) >= 2);
  expect(at.told).toHaveLength(1);
  expect(at.told[0]).toMatch(/^self-signed certificate/);
  expect(asked).toBe(0);
});
