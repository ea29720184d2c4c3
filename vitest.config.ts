import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { procblock: new URL("./src/index.ts", import.meta.url).pathname } },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/state-folder.ts"],
    pool: "forks",
    testTimeout: 30_000,
    // What is waited for comes at once; a machine with other work may take its time.
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 60_000,
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.generated.*"],
      reporter: ["text-summary", "json-summary"],
      reportOnFailure: true,
    },
  },
});
