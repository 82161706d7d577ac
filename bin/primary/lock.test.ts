import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { runModule } from "#e2e/run-module.ts";
import { claim, exclusively } from "./lock.ts";

let path = "";
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "lock-"));
  return () => rm(path, { recursive: true });
});

test("actions for one path run one at a time, however the path is written", async () => {
  let running = 0;
  let most = 0;
  const action = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  await Promise.all([path, path, `${path}/`, join(path, ".")].map((written) => exclusively(written, action)));
  expect(most).toBe(1);
});

test("actions for two paths run side by side", async () => {
  expect(await exclusively(path, () => exclusively(`${path}-other`, async () => "both"))).toBe("both");
});

test("an action that fails releases the lock", async () => {
  await expect(exclusively(path, () => Promise.reject(new Error("a fault")))).rejects.toThrow("a fault");
  expect(await exclusively(path, async () => "next")).toBe("next");
});

test("a claim waits for the process that holds the path, and is granted when that process is killed", async () => {
  const claiming = 'import { claim } from "#bin/primary/lock.ts";';
  const holder = runModule(
    `${claiming} process.send(await claim(${JSON.stringify(path)})); setInterval(() => undefined, 1_000);`,
  );
  onTestFinished(() => void holder.child.kill("SIGKILL"));
  expect(await once(holder.child, "message")).toEqual([true, undefined]);
  let isGranted: boolean | undefined;
  const claimed = claim(path).then((granted) => {
    isGranted = granted;
  });
  // Other paths are granted in the meantime.
  expect(await claim(`${path}-other`)).toBe(true);
  expect(isGranted).toBe(undefined);
  holder.child.kill("SIGKILL");
  await claimed;
  expect(isGranted).toBe(true);
});
