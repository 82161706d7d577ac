import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { hasNginx, startNginx, type TestNginx } from "#e2e/nginx-server.ts";

const MIB = 1_024 * 1_024;

type Connection = { socket: Socket; answer: () => string; closed: Promise<number> };

let nginx: TestNginx | undefined;
beforeAll(async () => {
  if (hasNginx()) nginx = await startNginx({ mode: "development", upstreams: [new URL(inject("origin")).host] });
});
afterAll(() => nginx?.stop());

const places: [string, () => string][] = [["direct", () => inject("origin")]];
if (hasNginx()) places.push(["behind Nginx", () => nginx?.http ?? ""]);

// These tests wait for time limits of the contract, and so run side by side.
describe.concurrent.each(places)("connections, %s", (place, origin) => {
  const open = (goesOn = false) => openTo(new URL(origin()), goesOn);

  test("a client that sends 1 MiB before it reads can read the 413", async () => {
    for (const head of [`Content-Length: ${MIB}`, "Transfer-Encoding: chunked"]) {
      const { socket, answer, closed } = open(true);
      const isChunked = head.startsWith("Transfer");
      socket.write(`POST /api/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${head}\r\n\r\n`);
      const piece = Buffer.alloc(16_384, "x");
      for (let sent = 0; sent < MIB; sent += piece.length) {
        await write(socket, isChunked ? Buffer.concat([Buffer.from("4000\r\n"), piece, Buffer.from("\r\n")]) : piece);
      }
      socket.end();
      await closed;
      expect(answer()).toMatch(/^HTTP\/1\.1 413 /);
      expect(answer()).toMatch(/\r\nConnection: close\r\n/i);
      expect(answer()).toContain('{"detail":"Request body too large."}');
    }
  });

  test("a client that goes on sending after a refusal is cut off", async () => {
    for (const path of ["/api/token/", "/api/nothing/", "/api/user/logout/", "/login"]) {
      const { socket, closed } = open(true);
      socket.write(`PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${1_024 * MIB}\r\n\r\n`);
      const piece = Buffer.alloc(65_536, "x");
      let sent = 0;
      while (!socket.destroyed) {
        await write(socket, piece);
        sent += piece.length;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      expect(await closed, path).toBeLessThan(8);
      // A few MiB in the kernels' buffers count as sent. Nginx limits only the time.
      if (place === "direct") expect(sent, path).toBeLessThan(16 * MIB);
    }
  });

  test("headers that trickle for over 15 s are cut off", async () => {
    const { socket, answer, closed } = open();
    socket.write("POST /api/token/ HTTP/1.1\r\nHost: x\r\n");
    const trickle = setInterval(() => socket.write("X-A: b\r\n"), 1_000);
    const seconds = await closed;
    clearInterval(trickle);
    expect(seconds).toBeGreaterThan(14);
    expect(seconds).toBeLessThan(25);
    // Nginx closes without an answer.
    expect(answer()).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  test("a body that trickles for over 15 s is cut off", async () => {
    const { socket, closed } = open();
    socket.write("POST /api/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
    const trickle = setInterval(() => socket.write(" "), 1_000);
    const seconds = await closed;
    clearInterval(trickle);
    expect(seconds).toBeGreaterThan(14);
    expect(seconds).toBeLessThan(25);
  });

  test("a connection without any request is closed", async () => {
    expect(await open().closed).toBeLessThan(25);
  });

  test("a connection serves several requests, and is closed when it has been idle for 75 s", async () => {
    const { socket, answer, closed } = open();
    const request = "GET /api/user/profile/ HTTP/1.1\r\nHost: x\r\n\r\n";
    socket.write(request + request);
    const seconds = await closed;
    expect(answer().match(/HTTP\/1\.1 401 /g)).toHaveLength(2);
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThan(90);
  });
});

/** With `goesOn` the client may still send when the server has ended its side. */
function openTo({ hostname, port }: URL, goesOn: boolean): Connection {
  const start = performance.now();
  let received = "";
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: goesOn });
  socket.on("data", (chunk) => {
    received += chunk;
  });
  // A client that goes on sending is cut off by a reset.
  socket.on("error", () => undefined);
  const closed = new Promise<number>((resolve) => socket.on("close", () => resolve((performance.now() - start) / 1_000)));
  return { socket, answer: () => received, closed };
}

function write(socket: Socket, data: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || !socket.writable) return resolve();
    socket.write(data, () => resolve());
  });
}
