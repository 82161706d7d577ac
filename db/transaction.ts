import type pg from "pg";
import { BEGIN } from "#db/connection/session-settings.ts";
import type { Database } from "./pool.ts";

/**
 * Runs work as one transaction (read committed): all of it is committed, or none. Work that ends in a refusal, and whose
 * changes have to stay, returns the refusal: a throw rolls them back.
 * @param client has no other statement to run meanwhile
 * @throws {Error} what the work threw, or that the database committed nothing: a statement had failed, and the work went on
 */
export async function transaction<Outcome>(client: pg.Client, work: (db: Database) => Promise<Outcome>): Promise<Outcome> {
  await client.query(BEGIN);
  try {
    const outcome = await work({ query: async (text, values) => (await client.query(text, values)).rows });
    // Postgres answers the commit of a failed transaction with success, and rolls it back.
    const { command } = await client.query("commit");
    if (command === "ROLLBACK") throw new Error("a statement of the transaction failed, so that nothing was committed");
    return outcome;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}
