import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NextConfig } from "next";

const config: NextConfig = {
  // `/api/token/` and `/api/token` both answer: a redirect before a POST breaks clients.
  skipTrailingSlashRedirect: true,
  poweredByHeader: false,
  reactStrictMode: true,
  productionBrowserSourceMaps: false,
  // No page uses Next's image endpoint, which would convert images for every client, and log an error for a bad one.
  images: { unoptimized: true },
  // The container image holds only what the server needs (Dockerfile). Elsewhere node_modules are there anyway.
  ...(process.env.BUILD_OUTPUT === "standalone" ? { output: "standalone" } : {}),
  // Only the bench's build contains the routes for comparison (app/**/route.bench.ts).
  pageExtensions: process.env.BENCH_ROUTES === "on" ? ["ts", "tsx", "bench.ts"] : ["ts", "tsx"],
  // `npm run check` checks the types, so that a start need not.
  typescript: { ignoreBuildErrors: true },
  // Loaded from node_modules and once in a process, by bin/ as by the bundles; OpenTelemetry's only when it is wanted, and Argon2's,
  // which is native code, with the first hash that needs it.
  serverExternalPackages: [
    "@node-rs/argon2",
    "prom-client",
    "@opentelemetry/api",
    "@opentelemetry/context-async-hooks",
    "@opentelemetry/core",
    "@opentelemetry/exporter-trace-otlp-proto",
    "@opentelemetry/resources",
    "@opentelemetry/sdk-trace",
  ],
  compiler: { runAfterProductionCompile: ({ distDir }) => hintCompilation(join(distDir, "static", "chunks")) },
  // Next's polyfills are left out: except for URL.canParse(), every browser that Next supports has these functions.
  turbopack: { resolveAlias: { "../build/polyfills/polyfill-module": "./lib/client/no-polyfills.ts" } },
  // Our server logs one line per request (bin/server/request-report.ts).
  logging: { incomingRequests: false },
  agentRules: false,
  experimental: {
    agentUpgrade: false,
    // A Ctrl-C ends the compiler's processes while they work. The cache would keep the broken-off work as a failure, and after the
    // next start pages would fail with it.
    turbopackFileSystemCacheForDev: false,
  },
};

// Without this hint V8 parses each function twice, on the page's thread; with it once, on another, during the download.
// That halves Chromium's time to hydrate a page on a phone (V8, "explicit compile hints"). To other browsers it is a comment.
const HINT = "//# allFunctionsCalledOnLoad\n";

async function hintCompilation(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const file = join(directory, name);
    const script = name.endsWith(".js") ? await readFile(file, "utf8") : HINT;
    if (!script.startsWith(HINT)) await writeFile(file, HINT + script);
  }
}

export default config;
