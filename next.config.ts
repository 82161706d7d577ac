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
    "@opentelemetry/exporter-trace-otlp-proto",
    "@opentelemetry/resources",
    "@opentelemetry/sdk-trace",
  ],
  // The server's own line is the one of a request (bin/request-report.ts).
  logging: { incomingRequests: false },
  agentRules: false,
  experimental: { agentUpgrade: false },
};

export default config;
