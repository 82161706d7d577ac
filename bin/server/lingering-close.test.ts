import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { send } from "#e2e/client.ts";
import { listening } from "#e2e/listening.ts";
import { closeUnlessReadWhole } from "./lingering-close.ts";

const MEBIBYTE = 1_024 * 1_024;

/** A server that refuses at once, or reads the body first. */
async function refusing({ readsBody = false, isDraining = false } = {}) {
  const { server, origin } = await listening(async (request, response) => {
    closeUnlessReadWhole(request, response, () => isDraining);
    if (readsBody) for await (const _chunk of request);
    response.writeHead(405).end("refused");
  });
  return { server, origin, port: Number(new URL(origin).port) };
}

test("a refusal that comes before the body was read announces the connection's end", async () => {
  const { origin } = await refusing();
  const sent = [{ body: "a".repeat(100) }, { body: "a", headers: { "transfer-encoding": "chunked" } }];
  for (const body of sent) expect((await send(origin, "POST", "/", body)).headers.connection).toBe("close");
});

test("a connection goes on after a request without a body, and after one whose body was read", async () => {
  for (const body of ["", "a"]) {
    const { origin } = await refusing({ readsBody: body !== "" });
    expect((await send(origin, "POST", "/", { body })).headers.connection).toBe("keep-alive");
  }
});

test("a server that stops announces each connection's end", async () => {
  const { origin } = await refusing({ isDraining: true });
  expect((await send(origin, "GET", "/")).headers.connection).toBe("close");
});

test("a client that sends a mebibyte before it reads still reads the refusal", async () => {
  const { server, port } = await refusing();
  // The server has said that it will send nothing more.
  const isRefused = new Promise((resolve) => {
    server.once("connection", (serverSide) => serverSide.once("finish", () => setImmediate(resolve)));
  });
  const { socket, isClosed } = await openTo(port, MEBIBYTE - 1_024);
  let received = "";
  await isRefused;
  await new Promise((sent) => socket.write(Buffer.alloc(MEBIBYTE - 1_024), sent));
  socket.on("data", (chunk) => (received += chunk)).resume();
  expect(await isClosed).toBe("closed");
  expect(received.split("\r\n", 1)[0]).toBe("HTTP/1.1 405 Method Not Allowed");
});

test("a client that sends without end is cut off", async () => {
  const { server, port } = await refusing();
  const accepted = once(server, "connection");
  const { socket, isClosed } = await openTo(port, 1_024 * MEBIBYTE);
  const [serverSide] = await accepted;
  const chunk = Buffer.alloc(64 * 1_024);
  const sendOn = () => void (socket.writable && socket.write(chunk, sendOn));
  sendOn();
  expect(await isClosed).toMatch(/ECONNRESET|EPIPE/);
  expect(serverSide.bytesRead).toBeLessThan(64 * MEBIBYTE);
});

test("a client that announces a body and never sends it is cut off", async () => {
  const { server, port } = await refusing();
  const accepted = once(server, "connection");
  await openTo(port, 100);
  const [serverSide] = await accepted;
  await once(serverSide, "close");
});

/** A connection that has announced a body and reads nothing yet. `isClosed` tells how it came to its end. */
async function openTo(port: number, length: number) {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  let end = "closed";
  socket.on("error", ({ code }: NodeJS.ErrnoException) => {
    end = code ?? "";
  });
  const isClosed = new Promise<string>((resolve) => socket.once("close", () => resolve(end)));
  socket.once("end", () => socket.end());
  socket.pause();
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`);
  return { socket, isClosed };
}
