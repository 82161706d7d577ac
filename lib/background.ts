import "server-only";

import { database } from "@/db/pool";
import { followRevocations } from "./auth/revocations";
import { schedulePruning } from "./prune";

/** What a worker does besides answering. With the database away it starts all the same, and catches up by itself. */
export async function startBackground(): Promise<void> {
  await followRevocations(database());
  schedulePruning(database());
}
