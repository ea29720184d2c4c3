import { BufferedSink } from "./buffered-sink.ts";
import { PrometheusListener } from "./prometheus-listen.ts";
import { remoteWrite } from "./prometheus-remote-write.ts";
import type { SinkDefinition } from "./sink.ts";
import { bufferKeys, type SinkReader } from "./sink-reader.ts";

const secrets = ["user", "password_env", "password_file", "token_env", "token_file"] as const;
const listenKeys = ["hosts", "expire"] as const;
export const prometheusKeys = ["listen", "remote_write", ...listenKeys, ...secrets, ...bufferKeys] as const;

/** Prometheus: `listen` shows the latest values to whom asks, `remote_write` sends all of them. */
export function parsePrometheus(read: SinkReader): SinkDefinition | undefined {
  if (read.has("listen") === read.has("remote_write")) {
    return read.missing("listen", 'such as 127.0.0.1:9464, or else "remote_write", a URL');
  }
  return read.has("listen") ? parseListen(read) : parseRemoteWrite(read);
}

function parseListen(read: SinkReader): SinkDefinition | undefined {
  const address = read.address("listen", 9464);
  const token = read.secret("token");
  const expire = read.time("expire", 1) ?? 300_000;
  const hosts = parseHosts(read);
  for (const key of [...bufferKeys, "user", "password_env", "password_file"]) {
    if (read.has(key)) read.wrong(key, `"${key}" is for "remote_write"`);
  }
  if (address === undefined || read.failed) return undefined;
  const isHere = "path" in address || /^(localhost|127\..*|::1)$/.test(address.host);
  if (!isHere && token === undefined) {
    const note = "set token_env or token_file; requests then need the header Authorization: Bearer TOKEN";
    return read.wrong("listen", '"listen" on an address that others can reach needs a token', note);
  }
  const { dir } = read;
  return {
    kind: "prometheus",
    key: read.identity,
    open: (context) => new PrometheusListener({ address, hosts, expire, token, dir }, context),
  };
}

function parseHosts(read: SinkReader): readonly string[] {
  const value = read.get("hosts");
  if (value === undefined) return [];
  const hosts = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
  if (!Array.isArray(value) || hosts.length !== value.length) {
    read.wrong("hosts", '"hosts" must be a list of names of this host');
  }
  return hosts;
}

function parseRemoteWrite(read: SinkReader): SinkDefinition | undefined {
  const url = read.url("remote_write", ["http", "https"]);
  const user = read.text("user", "a name");
  const [password, token] = [read.secret("password"), read.secret("token")];
  const buffering = read.buffering();
  for (const key of listenKeys) if (read.has(key)) read.wrong(key, `"${key}" is for "listen"`);
  if (url === undefined || read.failed) return undefined;
  const { dir } = read;
  const login = { user, password, token, scheme: "Bearer" };
  return {
    kind: "prometheus",
    key: read.identity,
    open: (context) =>
      new BufferedSink("prometheus", url.host, remoteWrite(url, login, dir), buffering, context),
  };
}
