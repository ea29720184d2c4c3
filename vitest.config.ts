import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { procblock: new URL("./src/index.ts", import.meta.url).pathname } },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/state-folder.ts"],
    pool: "forks",
    testTimeout: 30_000,
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
