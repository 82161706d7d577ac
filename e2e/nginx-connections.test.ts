import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { connect, createServer as createTcpServer, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { send } from "./client.ts";
import { eventually } from "./harness.ts";
import { childrenOf } from "./launch.ts";
import { hasNginx, startNginx, type TestNginx } from "./nginx-server.ts";

// Connections that never send a whole request, which cost a client nothing: how many Nginx holds, how long, in how much memory.

const application = createServer((request, response) => request.resume().on("end", () => response.writeHead(404).end()));
const held: Socket[] = [];
let nginx: TestNginx;

describe.skipIf(!hasNginx())("before the first request", () => {
  beforeAll(async () => {
    await once(application.listen(0), "listening");
    nginx = await startNginx({ mode: "production", upstreams: [`127.0.0.1:${portOf(application)}`] });
  });
  afterAll(async () => {
    for (const socket of held) socket.destroy();
    application.close();
    await nginx.stop();
  });

  test("unfinished handshakes are limited per address and end within 5 s, and other addresses are served meanwhile", async () => {
    const hello = await clientHello();
    const kinds = [hello.subarray(0, 7), hello, Buffer.alloc(0)];
    const connections: Held[] = [];
    // One kind after the other: each is counted before the first of its connections has come to its end.
    for (const [kind, piece] of kinds.entries()) {
      const each = await hold(httpsPort(nginx), 400, piece, [`127.0.1.${kind + 1}`]);
      connections.push(...each);
      await eventually(() => each.filter(({ closed }) => closed).length >= 120);
      expect(each.filter(({ closed }) => !closed)).toHaveLength(280);
      expect(await servedFrom(nginx, "127.0.0.2")).toBe(404);
    }
    await eventually(() => connections.every(({ closed }) => closed));
    const seconds = connections.map(({ opened, closed = 0 }) => (closed - opened) / 1_000);
    expect(Math.max(...seconds)).toBeGreaterThan(4.5);
    expect(Math.max(...seconds)).toBeLessThan(8);
  });

  test("unfinished requests are limited per address, over http too", async () => {
    const connections = await hold(httpPort(nginx), 400, Buffer.from("GET / HTTP/1.1\r\nHost: x\r\nX: "), ["127.0.2.1"]);
    await eventually(() => connections.filter(({ closed }) => closed).length >= 120);
    expect(connections.filter(({ closed }) => !closed)).toHaveLength(280);
    expect((await send(nginx.http, "GET", "/api/")).status).toBe(403);
    for (const { socket } of connections) socket.destroy();
  });

  test("the most unfinished handshakes that Nginx holds fit into the memory that Compose gives it", async () => {
    const addresses = Array.from({ length: 8 }, (_, index) => `127.0.3.${index + 1}`);
    // A busy machine takes longer than the shipped limit to answer so many.
    const upstreams = [`127.0.0.1:${portOf(application)}`];
    const change = ["ssl_handshake_timeout 5s", "ssl_handshake_timeout 60s"] as [string, string];
    const patient = await startNginx({ mode: "production", upstreams, change });
    const connections = await hold(httpsPort(patient), 2_000, await clientHello(), addresses);
    await eventually(() => connections.every(({ answered }) => answered));
    expect(connections.filter(({ closed }) => closed)).toEqual([]);
    expect(await servedFrom(patient, "127.0.0.2")).toBe(404);
    expect(await memoryMiB(patient)).toBeLessThan(256);
    for (const { socket } of connections) socket.destroy();
    await patient.stop();
  });

  test("the most connections and requests that Nginx holds fit into the memory that Compose gives it", async () => {
    const read = (path: string) => readFile(join(import.meta.dirname, "..", path), "utf8");
    const [main, counted, limits, compose] = await Promise.all([
      read("nginx/nginx.conf"),
      read("nginx/movieconnect/counted.conf"),
      read("nginx/movieconnect/limits.conf"),
      read("docker-compose.prod.yml"),
    ]);
    const number = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1]);
    const connections = number(counted, /limit_conn all_connections (\d+)/);
    const requests = number(limits, /limit_conn all_requests (\d+)/);
    const limit = number(compose.slice(compose.indexOf("\n  nginx:")), /mem_limit: (\d+)m/);
    // KB per connection and per request, as nginx.conf states them.
    expect((connections * 220 + requests * 164) / 1_024 + 40).toBeLessThan(limit);
    expect(number(main, /worker_connections (\d+)/)).toBeGreaterThan(connections * 5 + requests);
  });
});

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

const httpsPort = ({ https }: TestNginx) => Number(new URL(https).port);
const httpPort = ({ http }: TestNginx) => Number(new URL(http).port);

async function servedFrom({ https }: TestNginx, localAddress: string): Promise<number> {
  return (await send(https, "GET", "/films", { localAddress })).status;
}

/** The first bytes of a real handshake. */
async function clientHello(): Promise<Buffer> {
  const listener = createTcpServer();
  await once(listener.listen(0, "127.0.0.1"), "listening");
  const address = listener.address();
  const asking = connectTls({
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    host: "127.0.0.1",
    ALPNProtocols: ["h2"],
  });
  asking.on("error", () => undefined);
  const [socket] = await once(listener, "connection");
  const [bytes] = await once(socket, "data");
  socket.destroy();
  listener.close();
  return bytes;
}

type Held = { socket: Socket; opened: number; answered: boolean; closed?: number };

/** Opens connections from these addresses in turn, and sends `piece` on each. */
async function hold(port: number, count: number, piece: Buffer, addresses: string[]): Promise<Held[]> {
  const all: Held[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = connect({ port, host: "127.0.0.1", localAddress: addresses[index % addresses.length] });
    const one: Held = { socket, opened: performance.now(), answered: false };
    socket.on("connect", () => piece.length > 0 && socket.write(piece));
    socket.on("data", () => {
      one.answered = true;
    });
    // A refused connection may be reset.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      one.closed = performance.now();
    });
    held.push(socket);
    all.push(one);
    if (index % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
  }
  return all;
}

async function memoryMiB({ pid: main }: TestNginx): Promise<number> {
  let kib = 0;
  for (const pid of [main, ...(await childrenOf(main))]) {
    kib += Number(/^Pss:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1]);
  }
  return kib / 1_024;
}
