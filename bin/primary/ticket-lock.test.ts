import { type ChildProcess, spawn } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const HOLDERS = 6;
const KILLS = 20;

// Takes the lock again and again. Each turn writes two lines to a file; a process that is killed in its turn writes one.
const HOLDER = `
  import { appendFileSync } from "node:fs";
  import { setTimeout as delay } from "node:timers/promises";
  import { takeTurn } from "${join(import.meta.dirname, "ticket-lock.ts")}";
  const [directory, log] = process.argv.slice(1);
  for (;;) {
    const release = await takeTurn(directory);
    appendFileSync(log, "begin " + process.pid + "\\n");
    await delay(Math.random() * 6);
    appendFileSync(log, "end " + process.pid + "\\n");
    release();
    if (Math.random() < 0.5) await delay(Math.random() * 6);
  }
`;

test("processes that are killed at any moment neither share the lock nor keep it", { timeout: 300_000 }, async () => {
  const base = await mkdtemp(join(tmpdir(), "lock-"));
  const log = join(base, "log");
  const start = () => {
    const command = ["--import", "tsx", "--input-type=module", "--eval", HOLDER, join(base, "turns"), log];
    return spawn(process.execPath, command, { stdio: ["ignore", "ignore", "inherit"] });
  };
  const holders = Array.from({ length: HOLDERS }, start);
  const turns = async () => (await readFile(log, "utf8").catch(() => "")).split("\n").filter((line) => line.startsWith("end"));
  for (let kill = 0; kill < KILLS; kill += 1) {
    const before = (await turns()).length;
    // Some process always gets the lock, whichever was killed.
    await expect.poll(async () => (await turns()).length, { interval: 5 }).toBeGreaterThan(before + (kill % 7));
    const index = kill % HOLDERS;
    await appendFile(log, `kill ${holders[index]?.pid}\n`);
    await end(holders[index] as ChildProcess);
    holders[index] = start();
  }
  await Promise.all(holders.map(end));
  const lines = (await readFile(log, "utf8")).trim().split("\n");
  await rm(base, { recursive: true });
  expect(lines.length).toBeGreaterThan(KILLS);
  expect(overlaps(lines)).toEqual([]);
});

function end(child: ChildProcess): Promise<unknown> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  return ended;
}

/** The lines that a process wrote in another's turn. A process that is being killed may not write the end of its turn. */
function overlaps(lines: string[]): string[] {
  const found: string[] = [];
  const doomed = new Set<string>();
  let holder = "";
  for (const line of lines) {
    const [what, pid = ""] = line.split(" ");
    if (what === "kill") doomed.add(pid);
    else {
      if (holder !== "" && holder !== pid && !doomed.has(holder)) found.push(`${line} in the turn of ${holder}`);
      holder = what === "begin" ? pid : "";
    }
  }
  return found;
}
