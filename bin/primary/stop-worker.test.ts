import cluster from "node:cluster";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { stopWorker } from "./stop-worker.ts";

// A worker that ends when it is told to, one that ignores that, and one that has closed its channel.
const WORKER = `
  const [kind] = process.argv.slice(2);
  if (kind !== "deaf") process.on("message", (message) => message === "stop" && process.exit(0));
  if (kind === "unconnected") {
    // Node ends a worker that has lost its channel. This one hangs before it comes to that.
    process.exit = () => undefined;
    process.disconnect();
  } else process.send("ready");
  setInterval(() => undefined, 1_000);
`;
const NEVER_MS = 3_600_000;

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "worker-"));
  await writeFile(join(directory, "worker.mjs"), WORKER);
});
afterAll(() => rm(directory, { recursive: true }));

/** Starts a worker. `ended` resolves with its exit status or signal. */
async function workerThatIs(kind: "obedient" | "deaf" | "unconnected") {
  cluster.setupPrimary({ exec: join(directory, "worker.mjs"), args: [kind] });
  const worker = cluster.fork();
  onTestFinished(() => void worker.process.kill("SIGKILL"));
  const ended = new Promise((resolve) => worker.once("exit", (status, signal) => resolve(signal ?? status)));
  await once(worker, kind === "unconnected" ? "disconnect" : "message");
  return { worker, ended };
}

test("a worker that obeys a stop ends by itself", async () => {
  const { worker, ended } = await workerThatIs("obedient");
  await stopWorker(worker, NEVER_MS, new AbortController().signal);
  expect(await ended).toBe(0);
});

test("a worker that ignores a stop is killed when its time is up", async () => {
  const { worker, ended } = await workerThatIs("deaf");
  await stopWorker(worker, 50, new AbortController().signal);
  expect(await ended).toBe("SIGKILL");
});

test("a hurried stop kills a worker at once", async () => {
  const { worker, ended } = await workerThatIs("deaf");
  const hurry = new AbortController();
  const stopped = stopWorker(worker, NEVER_MS, hurry.signal);
  hurry.abort();
  await stopped;
  expect(await ended).toBe("SIGKILL");
});

test("a worker that can't be told to stop is killed", async () => {
  const { worker, ended } = await workerThatIs("unconnected");
  await stopWorker(worker, NEVER_MS, new AbortController().signal);
  expect(await ended).toBe("SIGKILL");
});
