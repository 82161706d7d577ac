import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exclusively } from "./lock.ts";

const SOURCES = ["app", "db", "lib", "public", "instrumentation.ts", "proxy.ts", "next.config.ts", "postcss.config.mjs"];
const SETTINGS = ["package.json", "package-lock.json", "tsconfig.json"];

type Options = { environment: NodeJS.ProcessEnv; say: (line: string) => void; signal: AbortSignal };

/**
 * Builds the application, unless there is a build of this source. Of several commands one builds, and the others wait.
 * @throws {Error} with the build's output
 */
export async function ensureBuild(directory: string, { environment, say, signal }: Options): Promise<void> {
  const stamp = join(directory, "source-hash");
  const hash = await hashSource(environment);
  const isBuilt = async () => (await readFile(stamp, "utf8").catch(() => "")) === hash;
  if (await isBuilt()) return;
  await assertWritable(directory);
  await exclusively(directory, async () => {
    if (signal.aborted || (await isBuilt())) return;
    say("Building. This happens once for each version of the source.");
    // If the build is cut off, the old stamp must not vouch for its remains.
    await rm(stamp, { force: true });
    await build(environment, signal);
    await writeFile(stamp, hash);
  });
}

async function hashSource({ BENCH_ROUTES = "" }: NodeJS.ProcessEnv): Promise<string> {
  // The bench's build has routes of its own (next.config.ts): it must not pass for the application's.
  const hash = createHash("sha256").update(process.version).update(BENCH_ROUTES);
  for (const path of [...SOURCES, ...SETTINGS]) {
    for (const file of await filesBelow(path)) {
      const content = await readFile(file);
      hash.update(file).update("\0").update(content).update("\0");
    }
  }
  return hash.digest("hex");
}

async function filesBelow(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && !entry.name.includes(".test."));
    return files.map((entry) => join(entry.parentPath, entry.name)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Git keeps no empty directories.
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") return [path];
    throw error;
  }
}

async function assertWritable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${directory}/, where the build goes, can't be written (${code}): start as the user that owns this checkout`);
  }
}

// The build gets a process group of its own: stopping the group stops everything that the build started, and the terminal's
// Ctrl-C does not reach it a second time.
function build(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const command = [fileURLToPath(import.meta.resolve("next/dist/bin/next")), "build"];
  const env = { ...environment, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  const child = spawn(process.execPath, command, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  signal.addEventListener("abort", () => child.pid !== undefined && child.exitCode === null && process.kill(-child.pid));
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (status) => (status === 0 ? done() : failed(new Error(`the build failed:\n${output}`))));
  });
}
