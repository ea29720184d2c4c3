import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Problem, problem } from "../../../base/index.ts";

/** Where a secret is; it is read when a connection is made and never kept in a definition. */
export interface SecretSource {
  readonly env?: string | undefined;
  readonly file?: string | undefined;
}

/** The secret as `{secret}`, or why there is none. A file must be readable by its owner alone. */
export function readSecret(source: SecretSource, dir: string): { readonly secret: string } | Problem {
  if (source.env !== undefined) {
    const secret = process.env[source.env];
    if (secret !== undefined && secret !== "")
      return checked(secret, `the environment variable ${source.env}`);
    return problem("no-secret", `the environment variable ${source.env} is not set`);
  }
  const path = resolve(dir, source.file ?? "");
  try {
    const { mode } = statSync(path);
    if ((mode & 0o077) !== 0) {
      const notes = [`chmod 600 ${path}`];
      return problem("open-secret", `"${path}" holds a secret and can be read by others`, { notes });
    }
    return checked(readFileSync(path, "utf8").replace(/\r?\n$/, ""), `"${path}"`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    return problem("no-secret", `the secret in "${path}" cannot be read: ${code}`);
  }
}

function checked(secret: string, where: string): { readonly secret: string } | Problem {
  // It goes into headers and commands of text protocols.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(secret)) return problem("no-secret", `${where} has more than one line in it`);
  return { secret };
}

/** Text that came from outside, without the secret, for messages. */
export function redact(text: string, ...secrets: readonly (string | undefined)[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret === undefined || secret === "") continue;
    for (const form of formsOf(secret)) clean = clean.replaceAll(form, "***");
  }
  return clean
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, 300);
}

/** As it is, and as servers may have it in their texts: in JSON, in a URL, packed, with its bytes taken for letters. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const texts = [secret, bytes.toString("latin1")];
  const forms = [
    ...texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]),
    encodeURIComponent(secret.toWellFormed()),
    bytes.toString("base64"),
  ];
  return forms.toSorted((a, b) => b.length - a.length);
}
