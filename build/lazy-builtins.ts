import type { Plugin } from "esbuild";

/**
 * Node's own modules that are not in its start-up snapshot and are dear to load (measured on Node 24: zlib 4.6 ms,
 * crypto 2.9, fs/promises 1.2, tty 0.8, child_process 0.6). A start that does not use them shall not wait for them,
 * wherever in the sources they are imported.
 */
const dear = ["child_process", "crypto", "fs/promises", "tty", "zlib"];

/** Imports of those give functions that load the real module when first called. For functions only, not classes. */
export const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(node:)?(${dear.join("|")})$`) }, ({ path }) => ({
      path: path.replace(/^node:/, ""),
      namespace: "lazy-builtin",
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: "lazy-builtin" }, ({ path }) => {
      const names = Object.entries(process.getBuiltinModule(path) as object)
        .filter(([name, value]) => typeof value === "function" && /^[a-z]/.test(name))
        .map(([name]) => name);
      const real = `process.getBuiltinModule(${JSON.stringify(`node:${path}`)})`;
      return {
        contents: names.map((name) => `export const ${name} = (...a) => ${real}.${name}(...a);`).join("\n"),
      };
    });
  },
};
