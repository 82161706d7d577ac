import { startPostgres, startServer } from "./harness.ts";

/** A Postgres and the production build for all browser tests. Playwright's workers find them in the environment. */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  const server = await startServer({ DATABASE_URL: postgres.url });
  process.env.TEST_ORIGIN = server.origin;
  process.env.TEST_DATABASE_URL = postgres.url;
  return async () => {
    await server.stop();
    await postgres.stop();
  };
}
