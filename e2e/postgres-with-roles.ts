import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinaries, runBinary } from "#db/embedded/binaries.ts";
import { startEmbedded } from "#db/embedded/embedded.ts";
import { OWNER } from "#db/embedded/owner.ts";

/**
 * A Postgres as in the containers: one role owns the tables and migrates; the application connects with another role, which
 * the first migration makes. `superuser` is the role that set the server up.
 */
export async function startPostgresWithRoles(applicationPassword: string) {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-"));
  // The embedded Postgres' owner may make no roles. Single-user mode can let it.
  await (await startEmbedded(directory)).stop();
  const statements = "alter role mcuser createrole;\n\nalter role postgres password 'postgres';\n\n";
  const { postgres } = await findBinaries();
  const command = ["--single", "-j", "-D", join(directory, "postgres"), "postgres"];
  await runBinary(postgres, OWNER, command, statements);
  const embedded = await startEmbedded(directory);
  const application = new URL(embedded.url);
  application.username = "mcapp";
  application.password = encodeURIComponent(applicationPassword);
  const superuser = new URL(embedded.url);
  Object.assign(superuser, { username: "postgres", password: "postgres" });
  const stop = async () => {
    await embedded.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { directory, owner: embedded.url, application: application.href, superuser: superuser.href, stop };
}
