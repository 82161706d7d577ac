import { createHook } from "node:async_hooks";
import { once } from "node:events";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resolveOnce } from "./resolve-once.ts";

const server = createServer((_, response) => response.end());
beforeAll(() => once(server.listen(0, "127.0.0.1"), "listening"));
afterAll(() => void server.close());

let resolutions = 0;
const counting = createHook({
  init: (_id, type) => {
    if (type === "GETADDRINFOREQWRAP") resolutions += 1;
  },
});

async function connect(host: string): Promise<number | undefined> {
  const { port } = server.address() as AddressInfo;
  const options = { host, port, agent: false, autoSelectFamily: true, lookup: resolveOnce };
  const [response] = await once(get(options), "response");
  return response.resume().statusCode;
}

test("connections that are opened at the same time resolve a name once, and later ones anew", async () => {
  counting.enable();
  const together = await Promise.all(Array.from({ length: 10 }, () => connect("localhost")));
  expect([together, resolutions]).toEqual([Array(10).fill(200), 1]);
  await connect("localhost");
  counting.disable();
  expect(resolutions).toBe(2);
});

test("a name that can't be resolved fails for each that waits for it", async () => {
  const outcomes = await Promise.allSettled([connect("nowhere.invalid"), connect("nowhere.invalid")]);
  const failure = { status: "rejected", reason: { syscall: "getaddrinfo" } };
  expect(outcomes).toMatchObject([failure, failure]);
});
