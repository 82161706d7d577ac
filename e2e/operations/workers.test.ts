import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Answer, send } from "../client";
import { eventually, startServer } from "../harness";
import { launch } from "../launch";

// Workers that die, hang, or never come to serve. Each is told from the others by the number that node:cluster gives it.

const SETTINGS = { DATABASE_URL: inject("databaseUrl"), AUTH_SECRET: inject("authSecret"), LOG_LEVEL: "silent" };
const LIVE = "/api/health/live/";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "movieconnect-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Options for Node that have each worker run this before anything else. */
async function preload(name: string, code: string): Promise<{ NODE_OPTIONS: string }> {
  const file = join(directory, `${name}.cjs`);
  await writeFile(file, `const worker = process.env.NODE_UNIQUE_ID; if (worker) { ${code} }`);
  return { NODE_OPTIONS: `--require ${file}` };
}

const workerPids = (output: string) => [...output.matchAll(/^serving (\d+)$/gm)].map(([, pid]) => Number(pid));
const SAY_PID = "process.once('message', () => console.log('serving ' + process.pid));";

/** Asks again and again, without waiting for the answers. */
function keepAsking(origin: string) {
  const answers: Promise<Answer | Error>[] = [];
  const ask = () => answers.push(send(origin, "GET", LIVE).catch((error: Error) => error));
  const timer = setInterval(ask, 50);
  return async () => {
    clearInterval(timer);
    return Promise.all(answers);
  };
}

const failures = (answers: (Answer | Error)[]) => answers.filter((answer) => answer instanceof Error || answer.status !== 200);

test("with one worker, clients that come between its death and the next one wait, and none is refused", async () => {
  const server = await startServer({ ...SETTINGS, ...(await preload("pid", SAY_PID)), WEB_CONCURRENCY: "1" });
  const stopAsking = keepAsking(server.origin);
  for (let deaths = 1; deaths <= 3; deaths += 1) {
    await eventually(() => workerPids(server.output()).length === deaths);
    await send(server.origin, "GET", LIVE);
    const pid = workerPids(server.output()).at(-1) ?? 0;
    // Between two requests: those that a worker has taken in end with it.
    await new Promise((resolve) => setTimeout(resolve, 25));
    process.kill(pid, "SIGKILL");
    await eventually(() => server.output().includes(`Worker ${pid} ended (SIGKILL) after `));
  }
  await send(server.origin, "GET", LIVE);
  const answers = await stopAsking();
  expect(failures(answers).length).toBeLessThanOrEqual(3);
  expect(failures(answers).filter((answer) => String(answer).includes("ECONNREFUSED"))).toEqual([]);
  // Each time after a longer while.
  for (const wait of ["0.5", "1", "2"])
    expect(server.output()).toMatch(new RegExp(`ended \\(SIGKILL\\) after \\d+ s\\. Another starts in ${wait} s\\.`));
  expect(await server.stop()).toBe(0);
});

test("a worker that hangs is replaced, with a line that says why", async () => {
  const server = await startServer({ ...SETTINGS, ...(await preload("pid", SAY_PID)), WEB_CONCURRENCY: "2" });
  const [pid = 0] = workerPids(server.output());
  process.kill(pid, "SIGSTOP");
  await eventually(() => workerPids(server.output()).length === 3);
  expect(server.output()).toMatch(
    new RegExp(`Worker ${pid} ended \\(it hung for 10 s\\) after \\d+ s\\. Another starts in 0\\.5 s\\.`),
  );
  expect(await server.stop()).toBe(0);
});

test("one of several workers that never starts ends the start, with its reason", async () => {
  const code = "if (worker === '2') process.exit(7);";
  const refused = launch({ ...SETTINGS, ...(await preload("second", code)), WEB_CONCURRENCY: "3" }, { ownGroup: true });
  expect(await refused.ended).toBe(1);
  expect(refused.errors()).toBe("movieconnect: a worker did not start (status 7)\n");
  expect(() => process.kill(-refused.pid, 0)).toThrow("ESRCH");
});

test("once the application serves, a worker that can't start is tried again", async () => {
  const flag = join(directory, "flag");
  const code = `${SAY_PID} if (require('fs').existsSync('${flag}')) process.exit(7);`;
  const server = await startServer({ ...SETTINGS, ...(await preload("flag", code)), WEB_CONCURRENCY: "1" });
  await writeFile(flag, "");
  process.kill(workerPids(server.output())[0] ?? 0, "SIGKILL");
  await eventually(() => /ended \(status 7\) after 0 s\. Another starts in 2 s\./.test(server.output()));
  const waiting = send(server.origin, "GET", LIVE);
  await rm(flag);
  expect((await waiting).status).toBe(200);
  expect(await server.stop()).toBe(0);
});
