import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { restartPostgres } from "./restart-postgres.ts";

let path = "";
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "restart-"));
  return () => rm(path, { recursive: true });
});

test("a Postgres that was killed is restarted, and the log says so", async () => {
  const said: string[] = [];
  await restartPostgres(
    path,
    () => true,
    (line) => said.push(line),
  )(async () => true);
  expect(said).toEqual(["Postgres ended, and was restarted: no acknowledged write is lost."]);
});

test("a Postgres that this command no longer needs, or that another command started, is left alone", async () => {
  const said: string[] = [];
  let starts = 0;
  const restart = async () => {
    starts += 1;
    return false;
  };
  await restartPostgres(
    path,
    () => false,
    (line) => said.push(line),
  )(restart);
  expect(starts).toBe(0);
  await restartPostgres(
    path,
    () => true,
    (line) => said.push(line),
  )(restart);
  expect([starts, said]).toEqual([1, []]);
});

test("a Postgres that does not start is tried again after longer and longer waits", async () => {
  const said: string[] = [];
  const restart = restartPostgres(
    path,
    () => true,
    (line) => said.push(line),
  );
  const fail = () => Promise.reject(new Error("the disk is full"));
  await restart(fail);
  await restart(fail);
  const waits = [0.5, 1].map(
    (seconds) => `Postgres ended, and does not start: the disk is full. The next attempt is in ${seconds} s.`,
  );
  expect(said).toEqual(waits);
});
