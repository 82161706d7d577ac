import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { gatherMetrics } from "./gather-metrics.ts";

// A worker that has counted as much as it is told, and that weighs one.
const WORKER = `
  const figures = [
    { name: "counted_total", help: "a", type: "counter", aggregator: "sum", values: [{ value: Number(process.argv[2]), labels: {} }] },
    { name: "weight", help: "b", type: "gauge", aggregator: "sum", values: [{ value: 1, labels: {} }] },
  ];
  process.on("message", ({ wantsReport: id }) => process.send({ report: { id, figures } }));
  process.send({ listening: 1 });
`;

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "worker-"));
  await writeFile(join(directory, "worker.mjs"), WORKER);
});
afterAll(() => rm(directory, { recursive: true }));

/** Starts workers that have counted this much each. No worker's time to answer is up before the test says so. */
async function gathering(...counts: number[]) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { follow, gather } = gatherMetrics();
  const start = async (count: number): Promise<Worker> => {
    cluster.setupPrimary({ exec: join(directory, "worker.mjs"), args: [String(count)] });
    const worker = cluster.fork();
    onTestFinished(() => void worker.process.kill("SIGKILL"));
    follow(worker);
    await once(worker, "message");
    return worker;
  };
  const workers: Worker[] = [];
  for (const count of counts) workers.push(await start(count));
  const series = async () =>
    Object.fromEntries([...(await gather()).matchAll(/^(\w.*) (\S+)$/gm)].map(([, name, value]) => [name, value]));
  return { workers, start, series };
}

const sum = (counted: number, weight: number, { answering = weight, silent = 0 } = {}) => ({
  counted_total: String(counted),
  weight: String(weight),
  'movieconnect_workers{state="answering"}': String(answering),
  'movieconnect_workers{state="silent"}': String(silent),
});

test("the workers' figures are added up", async () => {
  const { series } = await gathering(2, 3);
  expect(await series()).toEqual(sum(5, 2));
});

test("the counts of a worker that died stay in the sum, and its successor's are added", async () => {
  const { workers, start, series } = await gathering(2, 3);
  await series();
  await kill(workers[0]);
  expect(await series()).toEqual(sum(5, 1));
  await start(10);
  await kill(workers[1]);
  expect(await series()).toEqual(sum(15, 1));
});

async function kill(worker: Worker | undefined): Promise<void> {
  worker?.process.kill("SIGKILL");
  if (worker) await once(worker, "exit");
}

test("a worker that hangs is called silent, and counts with its last report", async () => {
  const { workers, series } = await gathering(2, 3);
  await series();
  workers[0]?.process.kill("SIGSTOP");
  const answered = once(workers[1] as Worker, "message");
  const scraped = series();
  await answered;
  vi.advanceTimersByTime(1_000);
  expect(await scraped).toEqual(sum(5, 2, { answering: 1, silent: 1 }));
});
