import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const withServer = { globalSetup: "e2e/global-setup.ts", setupFiles: ["e2e/documented.ts", "e2e/worded.ts"] };

export default defineConfig({
  resolve: { alias: { "server-only": here("node_modules/server-only/empty.js") } },
  test: {
    // Many tests wait for what takes seconds by contract; they wait side by side.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "unit", include: ["{app/_components,lib,db,bin,e2e/tools}/**/*.test.ts"] } },
      { extends: true, test: { name: "http", include: ["app/api/**/*.test.ts", "e2e/*.test.ts"], ...withServer } },
      // What takes minutes, by itself: `npm run test:faults`.
      { extends: true, test: { name: "operations", include: ["e2e/operations/*.test.ts"], ...withServer } },
      { extends: true, test: { name: "faults", include: ["e2e/faults/*.test.ts"], testTimeout: 180_000, hookTimeout: 120_000 } },
    ],
  },
});
