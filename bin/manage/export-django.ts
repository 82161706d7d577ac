import type { Database } from "#db/pool.ts";
import type { Arguments } from "./arguments.ts";

/** The command `export django`. */
export async function exportDjango(_managed: Database, _given: Arguments) {
  return { lines: [], json: {} };
}
