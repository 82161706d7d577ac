import { inject } from "vitest";
import { startServer } from "./harness.ts";

/**
 * Does work on an application of its own, beside the shared one on the same database: a burst would take the hashing threads
 * and the connections that other files' tests are using.
 */
export async function onOwnServer<Outcome>(work: (origin: string) => Promise<Outcome>): Promise<Outcome> {
  const server = await startServer({ DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret") });
  try {
    return await work(server.origin);
  } finally {
    await server.stop();
  }
}
