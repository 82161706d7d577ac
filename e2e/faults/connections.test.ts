import { execFileSync } from "node:child_process";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { send } from "#e2e/client.ts";
import { eventually, startPostgres, startServer, type TestPostgres, type TestServer } from "#e2e/harness.ts";

/** The limit of bin/server/transport.ts. */
const MOST_CONNECTIONS = 5_000;
const SURPLUS = 50;

let postgres: TestPostgres;
let server: TestServer;
beforeAll(async () => {
  postgres = await startPostgres();
  server = await startServer({ DATABASE_URL: postgres.url, WEB_CONCURRENCY: "1" });
});
afterAll(async () => {
  await server.stop();
  await postgres.stop();
});

const descriptors = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
const hasRoom = descriptors === "unlimited" || Number(descriptors) > MOST_CONNECTIONS + 1_000;

test.skipIf(!hasRoom && process.env.CI !== "true")(
  "a worker serves 5,000 connections, closes any more at once, and accepts new ones when some have ended",
  async () => {
    const port = Number(new URL(server.origin).port);
    const held = await openMany(port, MOST_CONNECTIONS, true);
    const surplus = await openMany(port, SURPLUS);
    await eventually(() => surplus.every(({ closed }) => closed), 5);
    expect(held.filter(({ closed }) => closed)).toEqual([]);
    expect(await isServed(held.at(-1) as Held)).toBe(true);
    for (const { socket } of held) socket.destroy();
    await eventually(async () => (await send(server.origin, "GET", "/api/health/live/").catch(() => null))?.status === 200, 5);
  },
);

type Held = { socket: Socket; closed: boolean };

/** @param isUsed whether each connection makes a request. One without any would be closed after 15 s, and a slow machine opens longer */
async function openMany(port: number, count: number, isUsed = false): Promise<Held[]> {
  const opened: Held[] = [];
  // At least as many as fit into a listening socket's queue.
  while (opened.length < count) {
    const few = Array.from({ length: Math.min(100, count - opened.length) }, () => open(port));
    opened.push(...(await Promise.all(few)));
    if (isUsed) await Promise.all(opened.slice(-few.length).map(isServed));
  }
  return opened;
}

function open(port: number): Promise<Held> {
  const held: Held = { socket: connect(port, "127.0.0.1"), closed: false };
  held.socket.on("data", () => undefined);
  held.socket.on("error", () => undefined);
  held.socket.on("close", () => {
    held.closed = true;
  });
  return new Promise((resolve) => held.socket.once("connect", () => resolve(held)).once("close", () => resolve(held)));
}

/** Whether a request on this connection is answered with 200. */
function isServed({ socket }: Held): Promise<boolean> {
  socket.write("GET /api/health/live/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
  return new Promise((resolve) => {
    socket.once("data", (chunk) => resolve(String(chunk).startsWith("HTTP/1.1 200 ")));
    socket.once("close", () => resolve(false));
  });
}
