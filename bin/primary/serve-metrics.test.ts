import type { Worker } from "node:cluster";
import { EventEmitter, once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { serveMetrics } from "./serve-metrics.ts";

const ANY = { host: "127.0.0.1", port: 0 };
let close = async () => {};
afterEach(() => close());

async function serve(): Promise<string> {
  const metrics = await serveMetrics({ METRICS_ADDRESS: ANY, PORT: 0 });
  close = metrics.close;
  return metrics.url ?? "";
}

/** Everything that a connection receives until the server closes it. */
async function received(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  await once(socket, "close");
  return text;
}

test("without METRICS_ADDRESS nothing listens", async () => {
  const servers = () => process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap");
  const before = servers();
  const { url } = await serveMetrics({ PORT: 0 });
  expect([url, servers()]).toEqual([undefined, before]);
});

test("GET and HEAD of /metrics return the metrics, with any query", async () => {
  const url = await serve();
  for (const address of [url, `${url}?a=b`]) {
    const answer = await fetch(address);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const text = await answer.text();
    expect(text).toContain('movieconnect_workers{state="answering"} 0');
    const head = await fetch(address, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, String(text.length), ""]);
  }
});

test("another path gets a 404, another method a 405 that names the allowed ones", async () => {
  const url = await serve();
  for (const path of ["/", "/metrics/", "/metrics/x", "/api/metrics", "/METRICS", "/%6detrics"]) {
    const { status } = await fetch(new URL(path, url));
    expect([path, status]).toEqual([path, 404]);
  }
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const answer = await fetch(url, { method });
    expect([method, answer.status, answer.headers.get("allow")]).toEqual([method, 405, "GET, HEAD"]);
  }
});

test("a connection is kept for the next scrape, but not for one that sends a body", async () => {
  const { hostname, port } = new URL(await serve());
  const socket = connect(Number(port), hostname);
  const scrape = "GET /metrics HTTP/1.1\r\nHost: metrics\r\n";
  socket.write(`${scrape}\r\n${scrape}Content-Length: 5\r\n\r\nab`);
  const text = await received(socket);
  expect(text.match(/^HTTP\/1\.1 200 OK\r$/gm)).toHaveLength(2);
  expect([...text.matchAll(/^Connection: (\S+)\r$/gim)].map(([, how]) => how)).toEqual(["keep-alive", "close"]);
});

test("connections beyond the limit are closed at once", async () => {
  const { hostname, port } = new URL(await serve());
  const sockets = Array.from({ length: 40 }, () => connect(Number(port), hostname));
  let closed = 0;
  await new Promise<void>((resolve) => {
    for (const socket of sockets) {
      socket
        .on("error", () => undefined)
        .on("close", () => {
          closed += 1;
          if (closed === 8) resolve();
        });
    }
  });
  for (const socket of sockets) socket.destroy();
});

test("figures that can't be added up give a 500, and the next scrape is answered", async () => {
  const metrics = await serveMetrics({ METRICS_ADDRESS: ANY, PORT: 0 });
  close = metrics.close;
  const worker = new EventEmitter();
  metrics.follow(worker as Worker);
  const gauge = { name: "odd", help: "odd", type: "gauge", aggregator: "none", values: [{ value: 1, labels: {} }] };
  worker.emit("message", { report: { id: 1, figures: [gauge] } });
  expect((await fetch(metrics.url ?? "")).status).toBe(500);
  worker.emit("exit");
  expect((await fetch(metrics.url ?? "")).status).toBe(200);
});

test("an unusable address is refused with one line that says why", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as { port: number };
  const refusal = (host: string, PORT = 0) =>
    serveMetrics({ METRICS_ADDRESS: { host, port }, PORT }).catch((error) => error.message);
  expect(await refusal("127.0.0.1")).toBe(
    `METRICS_ADDRESS 127.0.0.1:${port} is taken: stop the program that listens there, or choose another address`,
  );
  expect(await refusal("192.0.2.1")).toBe(`METRICS_ADDRESS 192.0.2.1:${port} can't be used (EADDRNOTAVAIL)`);
  expect(await refusal("127.0.0.1", port)).toBe(`METRICS_ADDRESS needs another port than PORT, which is ${port}`);
  holder.close();
});
