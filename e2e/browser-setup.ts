import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { freePort } from "#db/embedded/ports.ts";
import { startWithProviders } from "#e2e/providers/start-with-providers.ts";
import { startPostgres, startServer } from "./harness.ts";
import { collectStaticFiles, hasNginx, startNginx } from "./nginx-server.ts";
import { startWithMail } from "./start-with-mail.ts";

/** Starts Postgres and the production build for all browser tests. Playwright's workers find them in the environment. */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  const shared = { DATABASE_URL: postgres.url, AUTH_SECRET: randomBytes(32).toString("base64url") };
  // Passkeys belong to a name: a browser refuses them to an IP address.
  const server = await startWithMail(shared, "localhost");
  process.env.TEST_ORIGIN = server.origin;
  process.env.TEST_DATABASE_URL = postgres.url;
  // Its mails are sent by the other one: their links lead there.
  const withProviders = await startWithProviders(shared);
  process.env.TEST_PROVIDERS_ORIGIN = withProviders.origin;
  const stopNginx = hasNginx() ? await startBehindNginx(postgres.url) : undefined;
  return async () => {
    await stopNginx?.();
    await withProviders.stop();
    await server.stop();
    await postgres.stop();
  };
}

/** The application as in production, at an https origin. */
async function startBehindNginx(databaseUrl: string): Promise<() => Promise<void>> {
  const ports = { http: await freePort(), https: await freePort() };
  const server = await startServer({ DATABASE_URL: databaseUrl, PUBLIC_URL: `https://localhost:${ports.https}` });
  const staticRoot = await collectStaticFiles();
  const nginx = await startNginx({ mode: "production", upstreams: [new URL(server.origin).host], ports, staticRoot });
  process.env.TEST_HTTPS_ORIGIN = nginx.https;
  return async () => {
    await nginx.stop();
    await server.stop();
    await rm(staticRoot, { recursive: true, force: true });
  };
}
