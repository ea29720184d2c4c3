import type { RrdVerbName } from "./usage.ts";
import type { RrdVerb } from "./world.ts";

/** Loaded when called. */
export const verbs: Readonly<Record<RrdVerbName, () => Promise<RrdVerb>>> = {
  create: async () => (await import("./create.ts")).create,
  update: async () => (await import("./update.ts")).update,
  updatev: async () => (await import("./update.ts")).updatev,
  fetch: async () => (await import("./fetch.ts")).fetch,
  info: async () => (await import("./info.ts")).info,
  first: async () => (await import("./first.ts")).first,
  last: async () => (await import("./last.ts")).last,
  lastupdate: async () => (await import("./lastupdate.ts")).lastupdate,
  dump: async () => (await import("./dump.ts")).dump,
  restore: async () => (await import("./restore.ts")).restore,
  tune: async () => (await import("./tune.ts")).tune,
  resize: async () => (await import("./resize.ts")).resize,
  flushcached: async () => (await import("./flushcached.ts")).flushcached,
  list: async () => (await import("./list.ts")).list,
  xport: async () => (await import("./xport.ts")).xport,
  graph: async () => (await import("./graph.ts")).graph,
  graphv: async () => (await import("./graph.ts")).graphv,
};
