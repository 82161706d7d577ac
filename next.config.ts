import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NextConfig } from "next";

const config: NextConfig = {
  // `/api/token/` and `/api/token` both answer: a redirect in front of a POST breaks clients.
  skipTrailingSlashRedirect: true,
  poweredByHeader: false,
  reactStrictMode: true,
  productionBrowserSourceMaps: false,
  // Nothing here needs Next's image endpoint: it would convert images for anybody, and log an error for a wrong one.
  images: { unoptimized: true },
  // The image takes along only what the server needs (Dockerfile). Elsewhere node_modules are there anyway.
  ...(process.env.BUILD_OUTPUT === "standalone" ? { output: "standalone" } : {}),
  // Only the bench's build has the routes that it compares with (app/**/route.bench.ts).
  pageExtensions: process.env.BENCH_ROUTES === "on" ? ["ts", "tsx", "bench.ts"] : ["ts", "tsx"],
  // `npm run check` does the types; a start need not wait for them.
  typescript: { ignoreBuildErrors: true },
  // Loaded from node_modules and once in a process, by bin/ as by the bundles; OpenTelemetry's only when it is wanted.
  serverExternalPackages: [
    "prom-client",
    "@opentelemetry/api",
    "@opentelemetry/context-async-hooks",
    "@opentelemetry/core",
    "@opentelemetry/exporter-trace-otlp-proto",
    "@opentelemetry/resources",
    "@opentelemetry/sdk-trace",
  ],
  compiler: { runAfterProductionCompile: ({ distDir }) => hintCompilation(join(distDir, "static", "chunks")) },
  // What it would add to old browsers, those that Next serves at all have by themselves, but for URL.canParse().
  turbopack: { resolveAlias: { "../build/polyfills/polyfill-module": "./lib/client/no-polyfills.ts" } },
  // The server's own line is the one of a request (bin/server/request-report.ts).
  logging: { incomingRequests: false },
  agentRules: false,
  experimental: { agentUpgrade: false },
};

// The page's thread else parses each function twice, when it first runs; now another thread does it once, during the
// download. A comment to all browsers but Chromium, whose time to hydrate a page on a phone it halves (V8, "explicit compile hints").
const HINT = "//# allFunctionsCalledOnLoad\n";

async function hintCompilation(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const file = join(directory, name);
    const script = name.endsWith(".js") ? await readFile(file, "utf8") : HINT;
    if (!script.startsWith(HINT)) await writeFile(file, HINT + script);
  }
}

export default config;
