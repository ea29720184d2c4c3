import type { ExitCode, Io } from "../io.ts";

/** What a command is called with: everything after its name. */
export type Command = (io: Io, argv: readonly string[]) => Promise<ExitCode>;

export interface CommandEntry {
  /** After the name, in help. */
  readonly usage: string;
  readonly info: string;
  /** Loaded when called: no command waits for another one's code. */
  readonly load: () => Promise<Command>;
}

export const commands: Readonly<Record<string, CommandEntry>> = {
  run: {
    usage: "FILE [arguments]",
    info: "run a block file; `procblock FILE` does the same",
    load: async () => (await import("./run.ts")).run,
  },
  validate: {
    usage: "FILE…",
    info: "check block files without running anything",
    load: async () => (await import("./validate.ts")).validate,
  },
  schema: {
    usage: "",
    info: "print the JSON Schema of block files, or the reference made from it",
    load: async () => (await import("./schema.ts")).schema,
  },
  rrd: {
    usage: "COMMAND … | -",
    info: "what `rrdtool COMMAND …` does: create, update, fetch, graph, dump …",
    load: async () => (await import("./rrd/rrd.ts")).rrd,
  },
  shared: {
    usage: "COMMAND …",
    info: "counters, state, queues, logs and locks that blocks share, from a shell",
    load: async () => (await import("./shared/shared.ts")).shared,
  },
  help: {
    usage: "[COMMAND]",
    info: "explain procblock or one of its commands",
    load: async () => (await import("./help.ts")).help,
  },
  version: {
    usage: "",
    info: "print the version",
    load: async () => (await import("./version.ts")).version,
  },
};

/** See `notYet`. */
export const laterCommands: readonly string[] = ["ps", "status", "logs", "stop", "restart"];
