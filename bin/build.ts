import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const SOURCES = ["app", "db", "lib", "public", "instrumentation.ts", "proxy.ts", "next.config.ts", "postcss.config.mjs"];
const SETTINGS = ["package.json", "package-lock.json", "tsconfig.json"];

/**
 * Builds the application, unless there is a build of this very source.
 * @throws {Error} with what the build said
 */
export async function ensureBuild(directory: string, environment: NodeJS.ProcessEnv, say: (line: string) => void): Promise<void> {
  const stamp = join(directory, "source-hash");
  const hash = await hashSource();
  if ((await readFile(stamp, "utf8").catch(() => "")) === hash) return;
  say("Building. This is done once for each version of the source.");
  await build(environment);
  await writeFile(stamp, hash);
}

async function hashSource(): Promise<string> {
  const hash = createHash("sha256").update(process.version);
  for (const path of [...SOURCES, ...SETTINGS]) {
    for (const file of await filesBelow(path))
      hash
        .update(file)
        .update("\0")
        .update(await readFile(file))
        .update("\0");
  }
  return hash.digest("hex");
}

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => null);
  if (!entries) return [path];
  return entries
    .filter((entry) => entry.isFile() && !entry.name.includes(".test."))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function build(environment: NodeJS.ProcessEnv): Promise<void> {
  const command = [join("node_modules", "next", "dist", "bin", "next"), "build"];
  const env = { ...environment, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  const child = spawn(process.execPath, command, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("exit", (status) => (status === 0 ? done() : failed(new Error(`the build failed:\n${output}`))));
  });
}
