import { findBinaries, runBinary } from "#db/embedded/binaries.ts";
import { startEmbedded } from "#db/embedded/embedded.ts";
import { OWNER } from "#db/embedded/owner.ts";
import type { TestPostgres } from "./harness.ts";

// A test's Postgres, stopped and started again as an operator or a crash would.

/** @param mode `fast` as a restart does it, `immediate` as a crash leaves it */
export async function stopPostgres({ directory }: TestPostgres, mode: "fast" | "immediate"): Promise<void> {
  await runBinary((await findBinaries()).pg_ctl, OWNER, ["stop", "-m", mode, "-w", "-D", `${directory}/postgres`]);
}

/** Starts it again, at the same port. */
export async function restartPostgres(postgres: TestPostgres): Promise<void> {
  const again = await startEmbedded(postgres.directory, { settings: { max_connections: 200 } });
  if (again.url !== postgres.directUrl) throw new Error("the restarted Postgres is at another port");
  const earlier = postgres.stop;
  // Each start holds it open until it lets go, and the last one stops it.
  postgres.stop = async () => {
    await again.stop();
    await earlier();
  };
}
