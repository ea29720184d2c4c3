/** Readers of what is sent, as strict as the documentation of each protocol; they throw on anything else. */

export interface Line {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, number>>;
  readonly time: string;
}

/** InfluxDB line protocol, one line without its end. */
export function readInfluxLine(line: string): Line {
  const parts = splitAt(line, " ");
  if (parts.length !== 3) throw new Error(`${parts.length} parts: ${line}`);
  const [head = "", body = "", time = ""] = parts;
  if (!/^\d+$/.test(time)) throw new Error(`no time: ${line}`);
  if (head.startsWith("#")) throw new Error("a comment");
  const [name = "", ...tags] = splitAt(head, ",");
  const pairs = (list: readonly string[]) =>
    list.map((pair) => {
      const [key, value, more] = splitAt(pair, "=");
      if (!key || !value || more !== undefined) throw new Error(`no pair: ${pair}`);
      return [unescaped(key), unescaped(value)] as const;
    });
  const fields = pairs(splitAt(body, ",")).map(([key, value]) => [key, numberOf(value)] as const);
  return {
    name: unescaped(name),
    tags: Object.fromEntries(pairs(tags)),
    fields: Object.fromEntries(fields),
    time,
  };
}

export function readGraphiteLine(line: string): { path: string; value: number; time: number } {
  const match = /^([A-Za-z0-9_.-]+(?:;[A-Za-z0-9_-]+=[^;~\s][^;\s]*)*) (\S+) (\d{1,10})$/.exec(line);
  if (match === null || /\.\.|^\.|\.$/.test((match[1] ?? "").replace(/;.*/, "")))
    throw new Error(`no Graphite line: ${line}`);
  return { path: match[1] ?? "", value: numberOf(match[2] ?? ""), time: Number(match[3]) };
}

export function readPutLine(line: string): { metric: string; value: number; tags: string } {
  const word = "[A-Za-z0-9_./-]+";
  const match = new RegExp(`^put (${word}) (\\d{10}|\\d{13}) (\\S+)((?: ${word}=${word})+)$`).exec(line);
  if (match === null) throw new Error(`no put line: ${line}`);
  return { metric: match[1] ?? "", value: numberOf(match[3] ?? ""), tags: (match[4] ?? "").trim() };
}

/** Prometheus text: series as written -> value. */
export function readPrometheusText(text: string): Map<string, number> {
  const found = new Map<string, number>();
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line has no end");
  const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"`;
  const line = new RegExp(`^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{${label}(?:,${label})*\\})?) (\\S+)$`);
  for (const one of text.split("\n").slice(0, -1)) {
    if (/^# TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (gauge|counter)$/.test(one)) continue;
    const match = line.exec(one);
    if (match === null) throw new Error(`no Prometheus line: ${JSON.stringify(one)}`);
    if (found.has(match[1] ?? "")) throw new Error(`twice: ${one}`);
    found.set(match[1] ?? "", numberOf(match[2] ?? ""));
  }
  return found;
}

/** Snappy's block format, literals and copies. */
export function unsnappy(data: Buffer): Buffer {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = data.readUInt8(at++);
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const length = varint();
  const out: number[] = [];
  while (at < data.length) {
    const tag = data.readUInt8(at++);
    if ((tag & 3) !== 0) throw new Error("a copy, which nothing here writes");
    let size = tag >> 2;
    if (size >= 60) {
      const bytes = size - 59;
      size = data.readUIntLE(at, bytes);
      at += bytes;
    }
    if (at + size + 1 > data.length) throw new Error("a literal beyond the end");
    for (const byte of data.subarray(at, at + size + 1)) out.push(byte);
    at += size + 1;
  }
  if (out.length !== length) throw new Error(`${out.length} bytes, not ${length}`);
  return Buffer.from(out);
}

type ProtoField = { readonly field: number; readonly value: number | Buffer };

function readMessage(data: Buffer): ProtoField[] {
  const fields: ProtoField[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = data.readUInt8(at++);
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < data.length) {
    const key = varint();
    const field = key >> 3;
    if ((key & 7) === 0) fields.push({ field, value: varint() });
    else if ((key & 7) === 1) {
      fields.push({ field, value: data.readDoubleLE(at) });
      at += 8;
    } else if ((key & 7) === 2) {
      const size = varint();
      if (at + size > data.length) throw new Error("a field beyond the end");
      fields.push({ field, value: data.subarray(at, at + size) });
      at += size;
    } else throw new Error(`wire type ${key & 7}`);
  }
  return fields;
}

export interface RemoteSeries {
  readonly labels: readonly (readonly [string, string])[];
  readonly samples: readonly { readonly value: number; readonly time: number }[];
}

/** A write request of Prometheus; labels must be sorted, names right, values not empty. */
export function readWriteRequest(data: Buffer): RemoteSeries[] {
  const inner = (value: number | Buffer) => readMessage(value as Buffer);
  return readMessage(data).map(({ field, value }) => {
    if (field !== 1) throw new Error(`field ${field}`);
    const parts = inner(value);
    const labels = parts
      .filter((part) => part.field === 1)
      .map((part) => {
        const [name, text] = inner(part.value).map((one) => String(one.value));
        if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name ?? "") || !text) throw new Error(`label ${name}=${text}`);
        return [name ?? "", text] as const;
      });
    const names = labels.map(([name]) => name);
    if (names.join() !== [...new Set(names)].toSorted().join()) throw new Error(`labels ${names}`);
    const samples = parts
      .filter((part) => part.field === 2)
      .map((part) => {
        const [number, time] = inner(part.value);
        return { value: number?.value as number, time: time?.value as number };
      });
    return { labels, samples };
  });
}

function numberOf(text: string): number {
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) throw new Error(`no number: ${text}`);
  return Number(text);
}

/** Splits where the character is not escaped. */
function splitAt(text: string, character: string): string[] {
  const parts = [""];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\" && at + 1 < text.length) parts.push(`${parts.pop()}${text[at++]}${text[at]}`);
    else if (text[at] === character) parts.push("");
    else parts.push(`${parts.pop()}${text[at]}`);
  }
  return parts;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([, =])/g, "$1");
}
