import { spawnSync } from "node:child_process";
import { chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runBinary } from "#db/embedded/binaries.ts";
import { isRoot, OWNER } from "#db/embedded/owner.ts";
import { freePort } from "#db/embedded/ports.ts";
import { distributionPostgres } from "#e2e/tools/distribution-postgres.ts";

// The Linux distribution's Postgres: older than the embedded one, and with the programs that a backup needs.

export type DistributionPostgres = {
  url: string;
  /** Runs `pg_dump` or `psql`. @returns what it printed @throws {Error} with its complaint, where it failed */
  run: (program: "pg_dump" | "psql", args: string[], input?: string) => string;
  stop: () => Promise<void>;
};

/** Whether its tests can run here. In CI, where none may be left out, they fail instead. */
export const hasDistributionPostgres = () => distributionPostgres() !== undefined || process.env.CI === "true";

/** Starts a server of its own, with a role and a database as the containers have them. */
export async function startDistributionPostgres(): Promise<DistributionPostgres> {
  const programs = distributionPostgres();
  if (!programs) throw new Error("the distribution's Postgres is not installed");
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-distribution-"));
  const data = join(directory, "postgres");
  await mkdir(data, { mode: 0o700 });
  if (isRoot) for (const path of [directory, data]) await chown(path, OWNER, OWNER);
  await runBinary(join(programs, "initdb"), OWNER, ["-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-locale"]);
  await writeFile(join(data, "pg_hba.conf"), "host all all 127.0.0.1/32 trust\n");
  const port = await freePort();
  const options = `-c port=${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`;
  const control = (args: string[]) => runBinary(join(programs, "pg_ctl"), OWNER, [...args, "-D", data]);
  await control(["start", "-w", "-l", join(directory, "postgres.log"), "-o", options]);

  function run(program: string, args: string[], input = "", url = `postgres://mcuser@127.0.0.1:${port}/movieconnect`): string {
    const { status, stdout, stderr } = spawnSync(join(programs ?? "", program), [...args, url], { input, encoding: "utf8" });
    if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
    return stdout;
  }
  const statements = "create role mcuser login; create database movieconnect owner mcuser;";
  run(
    "psql",
    ["-q", "-v", "ON_ERROR_STOP=1"],
    statements.replaceAll("; ", ";\n"),
    `postgres://postgres@127.0.0.1:${port}/postgres`,
  );
  const stop = async () => {
    await control(["stop", "-m", "immediate", "-w"]);
    await rm(directory, { recursive: true, force: true });
  };
  return { url: `postgres://mcuser@127.0.0.1:${port}/movieconnect`, run, stop };
}
