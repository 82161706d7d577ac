import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { send } from "#e2e/client.ts";
import { eventually, startServer } from "#e2e/harness.ts";
import { isGroupRunning, launch } from "#e2e/launch.ts";

// Workers that die, hang, or never serve. node:cluster's number tells each worker from the others.

const SETTINGS = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), LOG_LEVEL: "silent" };
const LIVE = "/api/health/live/";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "movieconnect-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Options for Node that make each worker run this code before anything else. */
async function preload(name: string, code: string): Promise<{ NODE_OPTIONS: string }> {
  const file = join(directory, `${name}.cjs`);
  const inWorker = "const { worker } = require('cluster'); if (worker && require('worker_threads').isMainThread)";
  await writeFile(file, `${inWorker} { ${code} }`);
  return { NODE_OPTIONS: `--require ${file}` };
}

const SAY_PID = "console.log('began ' + process.pid);";
const pidsOf = (output: string) => [...output.matchAll(/^began (\d+)$/gm)].map(([, pid]) => Number(pid));

/** The last of this many workers, once it has started. */
async function nthWorker(output: () => string, count: number, seconds?: number): Promise<number> {
  await eventually(() => pidsOf(output()).length === count, seconds);
  return pidsOf(output())[count - 1] as number;
}

test("with one worker, clients that connect between its death and the next worker wait, and none is refused", async () => {
  const server = await startServer({ ...SETTINGS, ...(await preload("pid", SAY_PID)), WEB_CONCURRENCY: "1" });
  // Each replacement starts after a longer wait.
  for (const [deaths, wait] of ["0.5", "1", "2"].entries()) {
    const pid = await nthWorker(server.output, deaths + 1);
    process.kill(pid, "SIGKILL");
    const line = new RegExp(`Worker ${pid} ended \\(SIGKILL\\) after \\d+ s\\. Another starts in ${wait} s\\.`);
    await eventually(() => line.test(server.output()));
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(server.origin, "GET", LIVE)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  }
  expect(await server.stop()).toBe(0);
});

test("a worker that hangs is replaced, with a line that says why", async () => {
  const server = await startServer({ ...SETTINGS, ...(await preload("pid", SAY_PID)), WEB_CONCURRENCY: "2" });
  const pid = await nthWorker(server.output, 2);
  process.kill(pid, "SIGSTOP");
  // A machine that is busy enough to pause the primary, too, gives the worker more time.
  await nthWorker(server.output, 3, 90);
  // Where the start took long, the worker has lived long enough to be replaced at once.
  expect(server.output()).toMatch(
    new RegExp(`Worker ${pid} ended \\(it hung for 10 s\\) after \\d+ s\\. Another starts (in 0\\.5 s|at once)\\.`),
  );
  expect(await server.stop()).toBe(0);
});

test("one of several workers that never starts ends the start, with its reason", async () => {
  const code = "if (worker.id === 2) process.exit(7);";
  const refused = launch({ ...SETTINGS, ...(await preload("second", code)), WEB_CONCURRENCY: "3" }, { ownGroup: true });
  expect(await refused.ended).toBe(1);
  expect(refused.errors()).toBe("movieconnect: a worker did not start (status 7)\n");
  await eventually(async () => !(await isGroupRunning(refused.pid)), 5);
});

test("once the application serves, a worker that can't start is started again later", async () => {
  const flag = join(directory, "flag");
  const code = `${SAY_PID} if (require('fs').existsSync('${flag}')) process.exit(7);`;
  const server = await startServer({ ...SETTINGS, ...(await preload("flag", code)), WEB_CONCURRENCY: "1" });
  await writeFile(flag, "");
  process.kill(await nthWorker(server.output, 1), "SIGKILL");
  await eventually(() => /ended \(status 7\) after \d+ s\. Another starts in 2 s\./.test(server.output()));
  const waiting = send(server.origin, "GET", LIVE);
  await rm(flag);
  expect((await waiting).status).toBe(200);
  expect(await server.stop()).toBe(0);
});
