import { expect, onTestFinished, test } from "vitest";
import { runModule } from "#e2e/run-module.ts";

/** Runs a worker. Returns it and what it tells the primary. */
function beating(source: string) {
  const { child, ended } = runModule(`import { beat } from "#bin/server/heartbeat.ts"; ${source}`);
  onTestFinished(() => void child.kill("SIGKILL"));
  const told: unknown[] = [];
  child.on("message", (message) => told.push(message));
  return { child, ended, told };
}

test("a worker whose event loop goes round says so again and again", async () => {
  const { told } = beating("beat(false); setInterval(() => undefined, 1_000);");
  await expect.poll(() => told.length).toBeGreaterThanOrEqual(2);
  expect(told[1]).toEqual({ alive: { mayBlock: false } });
});

test("a worker in development, or under a debugger, may stand still", async () => {
  const { told, ended } = beating(`
    import inspector from "node:inspector";
    beat(true);
    inspector.open(0);
    beat(false);
    inspector.close();`);
  await ended;
  expect(told).toEqual([{ alive: { mayBlock: true } }, { alive: { mayBlock: true } }]);
});

test("the heartbeat neither keeps a process alive nor fails without a primary", async () => {
  const { told, ended } = beating("process.disconnect(); beat(false);");
  expect(await ended).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(told).toEqual([]);
});
