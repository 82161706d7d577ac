import { once } from "node:events";
import { Agent, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { send } from "#e2e/client.ts";
import { listening } from "#e2e/listening.ts";
import { drainable } from "./drain.ts";

/** A server that answers when the test lets it. */
async function heldServer() {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const { server, origin } = await listening((_request, response) => held.then(() => response.end("answered")));
  return { server, origin, letGo, stop: drainable(server) };
}

const count = (server: Server) => new Promise<number>((resolve) => server.getConnections((_error, number) => resolve(number)));

async function connectionTo(origin: string): Promise<Socket> {
  const socket = connect(Number(new URL(origin).port), "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

test("a request in flight is answered before the server has stopped", async () => {
  const { server, origin, letGo, stop } = await heldServer();
  const asked = once(server, "request");
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const answer = send(origin, "GET", "/", { agent });
  await asked;
  let isStopped = false;
  const stopped = stop(0).then(() => {
    isStopped = true;
  });
  await expect.poll(() => server.listening).toBe(false);
  expect(isStopped).toBe(false);
  letGo();
  expect((await answer).text).toBe("answered");
  await stopped;
});

test("new connections are served for as long as the delay lasts, and refused once the server has stopped", async () => {
  const { origin, letGo, stop } = await heldServer();
  letGo();
  // It never ends within this test.
  stop(3_600_000);
  expect((await send(origin, "GET", "/")).text).toBe("answered");
  await stop(0);
  await expect(send(origin, "GET", "/")).rejects.toThrow("ECONNREFUSED");
});

test("a request that arrives while the server stops, on a connection that was open before, is answered", async () => {
  const { server, origin, letGo, stop } = await heldServer();
  letGo();
  const accepted = once(server, "connection");
  const socket = await connectionTo(origin);
  await accepted;
  const stopped = stop(0);
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const [chunk] = await once(socket, "data");
  expect(String(chunk)).toContain("answered");
  await stopped;
});

test("requests on connections that were made before the stop, and not accepted yet, are answered, however many", async () => {
  const { origin, letGo, stop } = await heldServer();
  letGo();
  // The kernel makes these connections at once. The server's event loop has not run since.
  const sockets = Array.from({ length: 100 }, () => connect(Number(new URL(origin).port), "127.0.0.1"));
  const answers = sockets.map(async (socket) => {
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const [chunk] = await once(socket, "data");
    return String(chunk).includes("answered");
  });
  const stopped = stop(0);
  expect(await Promise.all(answers)).toEqual(sockets.map(() => true));
  await stopped;
});

test("a request of which a part has arrived is awaited, while unused connections are closed", async () => {
  const { server, origin, letGo, stop } = await heldServer();
  letGo();
  const [unused, begun] = [await connectionTo(origin), await connectionTo(origin)];
  begun.write("GET / HTTP/1.1\r\n");
  await expect.poll(() => count(server)).toBe(2);
  const closed = once(unused, "close");
  const stopped = stop(0);
  await closed;
  begun.write("Host: a\r\n\r\n");
  const [chunk] = await once(begun, "data");
  expect(String(chunk)).toContain("answered");
  await stopped;
});

test("connections without a request, new ones and those kept alive, do not hold up the stop", async () => {
  const { origin, letGo, stop } = await heldServer();
  letGo();
  const unused = await connectionTo(origin);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  await send(origin, "GET", "/", { agent });
  const closed = once(unused, "close");
  await stop(0);
  await closed;
});

test("a request that is never answered does not hold up the stop for ever", async () => {
  const { server, origin, stop } = await heldServer();
  const asked = once(server, "request");
  send(origin, "GET", "/").catch(() => undefined);
  await asked;
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const stopped = stop(0);
  vi.advanceTimersByTime(60_000);
  await stopped;
});
