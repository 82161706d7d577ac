import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { environmentWith } from "#lib/config.ts";

// The project's commands, as processes that tests watch and signal.

export type Launched = {
  process: ChildProcess;
  pid: number;
  output: () => string;
  errors: () => string;
  /** The application's origin, once it serves. Rejects with the output when the command ends before that. */
  origin: Promise<string>;
  /** The exit status, once all output is read. */
  ended: Promise<number | null>;
};

const ROOT = join(import.meta.dirname, "..");

/** What `npm start` runs. @param root where the source is */
export const startCommand = (root = ROOT) => [process.execPath, "--import", "tsx", join(root, "bin", "start.ts")];

// Keeps the developer's own settings out of tests: the commands leave every variable that is set, even to nothing, as it is.
const NO_DOTENV = Object.fromEntries(
  readdirSync(ROOT)
    .filter((file) => /^\.env(\.|$)/.test(file))
    .flatMap((file) => [...readFileSync(join(ROOT, file), "utf8").matchAll(/^\s*(?:export\s+)?([\w.-]+)\s*[=:]/gm)])
    .map(([, name = ""]) => [name, ""]),
);

/**
 * An empty variable counts as unset. `ownGroup`: as a shell runs it, so that a Ctrl-C can be sent to all of it.
 * `input`: what it reads on stdin.
 */
export function launch(
  variables: Record<string, string>,
  { command = startCommand(), ownGroup = false, cwd = ROOT, input = "" } = {},
): Launched {
  const env = environmentWith({
    ...NO_DOTENV,
    AUTH_SECRET: randomBytes(32).toString("base64url"),
    DATABASE_URL: "",
    BCRYPT_COST: "10",
    RATE_LIMITS: "off",
    PORT: "0",
    WEB_CONCURRENCY: "2",
    NODE_ENV: "",
    // With the page an application takes the mails out of its database's outbox, and tests share a database.
    MAIL_PAGE: "off",
    ...variables,
  });
  const [file = "", ...args] = command;
  const child = spawn(file, args, { cwd, env, detached: ownGroup, stdio: ["pipe", "pipe", "pipe"] });
  // The command may end without reading it.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  // A letter of several bytes may arrive in two pieces.
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  let output = "";
  let errors = "";
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const origin = new Promise<string>((ready, failed) => {
    let isReady = false;
    child.stdout.on("data", (chunk: string) => {
      output += chunk;
      // Once the port is known the output is not searched again: it grows by a line with each request.
      if (isReady) return;
      const port = /(?:Open|Serves) +http:\/\/localhost:(\d+)\s/.exec(output)?.[1];
      if (port) ready(`http://127.0.0.1:${port}`);
      isReady = port !== undefined;
    });
    ended.then((status) => failed(new Error(`the server ended with ${status}:\n${output}${errors}`)));
  });
  // A test whose command must not start never asks for the origin.
  origin.catch(() => undefined);
  child.stderr.on("data", (chunk: string) => {
    errors += chunk;
  });
  return { process: child, pid: child.pid ?? 0, output: () => output, errors: () => errors, origin, ended };
}

/** Whether a process runs. A zombie, which has ended and waits to be reaped, does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return !/\) Z/.test(stat);
}

/** The processes that this one started. */
export function childrenOf(pid: number): Promise<number[]> {
  return listProcesses("-P", pid);
}

/** An application's workers. Where tsx has compiled something anew, its compiler is a child of the application, too. */
export async function workersOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  const commands = await Promise.all(children.map((child) => readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "")));
  return children.filter((_, index) => commands[index]?.includes("worker.ts"));
}

/** The processes of this one's group, zombies included. */
function groupOf(pid: number): Promise<number[]> {
  return listProcesses("-g", pid);
}

async function listProcesses(by: "-P" | "-g", pid: number): Promise<number[]> {
  const list = spawn("pgrep", [by, String(pid)], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  list.stdout.on("data", (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => list.once("close", resolve));
  return text.split("\n").filter(Boolean).map(Number);
}

/** Whether a process of this one's group still runs. A killed process takes a moment to end, and an ended one may wait to be reaped. */
export async function isGroupRunning(pid: number): Promise<boolean> {
  return (await Promise.all((await groupOf(pid)).map(isRunning))).includes(true);
}

/** The process of the Postgres that keeps its data below this directory; null when none says so. */
export async function postmasterOf(directory: string): Promise<number | null> {
  const file = await readFile(join(directory, "postgres", "postmaster.pid"), "utf8").catch(() => "");
  return Number(file.split("\n")[0]) || null;
}

/** Makes a Postgres hang, as a machine that swaps or a disk that is gone does. Returns a function that lets it go on. */
export async function pausePostgres(directory: string): Promise<() => void> {
  const postmaster = (await postmasterOf(directory)) ?? 0;
  // The postmaster first: it would start other processes.
  process.kill(postmaster, "SIGSTOP");
  const children = await childrenOf(postmaster);
  for (const pid of children) signal(pid, "SIGSTOP");
  return () => {
    for (const pid of [postmaster, ...children]) signal(pid, "SIGCONT");
  };
}

/** Signals a process, which may just have ended by itself: then nothing happens. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
