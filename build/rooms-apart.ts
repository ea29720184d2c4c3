import type { Plugin } from "esbuild";

/**
 * Rooms that only some blocks come to need, in bundles of their own; a start that does not use them shall not read
 * them. `run/collect` with what it stands on (RRD files, graphs, other stores) is two fifths of all code.
 */
export const apart: Readonly<
  Record<string, { readonly source: string; readonly functions: readonly string[] }>
> = {
  collect: {
    source: "src/run/collect/index.ts",
    functions: ["createCollector", "parseCollect", "lockForWriting"],
  },
};

/** Imports of those give functions that load the room when first called. For functions only, not classes. */
export const roomsApart: Plugin = {
  name: "rooms-apart",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/collect\/index\.ts$/ }, ({ kind, importer }) =>
      kind === "import-statement" && /\/src\/run\//.test(importer)
        ? { path: "collect", namespace: "room-apart", sideEffects: false }
        : undefined,
    );
    build.onResolve({ filter: /^\.\/[a-z]+\.cjs$/, namespace: "room-apart" }, ({ path }) => ({
      path,
      external: true,
    }));
    build.onLoad({ filter: /.*/, namespace: "room-apart" }, ({ path }) => ({
      contents: (apart[path]?.functions ?? [])
        .map((name) => `export const ${name} = (...a) => require("./${path}.cjs").${name}(...a);`)
        .join("\n"),
    }));
  },
};
