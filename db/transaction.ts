import type pg from "pg";
import { BEGIN } from "#db/connection/session-settings.ts";
import type { Database } from "./pool.ts";

/**
 * Runs work in one transaction (read committed): all of it is committed, or nothing. A throw rolls the work's changes back, so
 * work that refuses and must keep its changes returns the refusal.
 * @param client a connection that runs no other statement in the meantime
 * @throws {Error} what the work threw; or that nothing was committed, because a statement failed and the work went on
 */
export async function transaction<Outcome>(client: pg.Client, work: (db: Database) => Promise<Outcome>): Promise<Outcome> {
  await client.query(BEGIN);
  try {
    const outcome = await work({ query: async (text, values) => (await client.query(text, values)).rows });
    // Postgres rolls a failed transaction back at its commit, and reports success.
    const { command } = await client.query("commit");
    if (command === "ROLLBACK") throw new Error("a statement of the transaction failed, so that nothing was committed");
    return outcome;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}
