import type { Worker } from "node:cluster";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { EVERY_ANSWER } from "#bin/server/answer-headers.ts";
import { closeUnlessReadWhole } from "#bin/server/lingering-close.ts";
import type { ListenAddress } from "#lib/settings/setting-types.ts";
import { gatherMetrics } from "./gather-metrics.ts";

const MESSAGE_MS = 5_000;
/** Longer than the usual interval between two scrapes. */
const IDLE_MS = 75_000;
/** A scraper needs one connection. */
const MOST_CONNECTIONS = 32;

const FORMAT = { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" };
const PLAIN = { "Content-Type": "text/plain; charset=utf-8" };

type Settings = { METRICS_ADDRESS?: ListenAddress | undefined; PORT: number };
/** `follow`: must be called for each new worker; `url`: the address of the metrics, if they are served. */
type Metrics = { follow: (worker: Worker) => void; url: string | undefined; close: () => Promise<void> };

/**
 * Serves `/metrics` on `METRICS_ADDRESS`, for all workers together. The server is apart from the application's, in a process
 * that no visitor's request reaches: the network alone decides which machines can read the metrics.
 * @throws {Error} one line that says why the address can't be used
 */
export async function serveMetrics({ METRICS_ADDRESS: address, PORT }: Settings): Promise<Metrics> {
  const { follow, gather } = gatherMetrics();
  if (address === undefined) return { follow, url: undefined, close: async () => undefined };
  if (address.port === PORT && PORT !== 0) throw new Error(`METRICS_ADDRESS needs another port than PORT, which is ${PORT}`);
  const server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
    closeUnlessReadWhole(request, response, () => false);
    answer(request, response, gather).catch((error) => {
      // A failed scrape must not end this process, which all workers depend on.
      if (!response.headersSent) end(response, 500, PLAIN, `${error}\n`);
    });
  });
  Object.assign(server, { maxConnections: MOST_CONNECTIONS, headersTimeout: MESSAGE_MS, requestTimeout: MESSAGE_MS });
  server.keepAliveTimeout = IDLE_MS;
  const port = await listen(server, address);
  return { follow, url: `http://${hostOf(address)}:${port}/metrics`, close: () => close(server) };
}

async function answer({ method, url = "" }: IncomingMessage, response: ServerResponse, gather: () => Promise<string>) {
  const [path] = url.split("?", 1);
  if (path !== "/metrics") return end(response, 404, PLAIN, "Not found: the metrics are at /metrics.\n");
  if (method === "GET" || method === "HEAD") return end(response, 200, FORMAT, await gather());
  end(response, 405, { ...PLAIN, Allow: "GET, HEAD" }, "Method not allowed.\n");
}

function end(response: ServerResponse, status: number, headers: Record<string, string>, text: string): void {
  const length = String(Buffer.byteLength(text));
  response.writeHead(status, { ...EVERY_ANSWER, ...headers, "Cache-Control": "no-store", "Content-Length": length }).end(text);
}

function listen(server: Server, address: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    // The listener stays: an error while accepting a connection, as for want of descriptors, must not end this process.
    server.on("error", ({ code }: NodeJS.ErrnoException) => reject(new Error(explain(address, code))));
    server.listen(address, () => resolve((server.address() as AddressInfo).port));
  });
}

function explain(address: ListenAddress, code = ""): string {
  const where = `METRICS_ADDRESS ${hostOf(address)}:${address.port}`;
  return code === "EADDRINUSE"
    ? `${where} is taken: stop the program that listens there, or choose another address`
    : `${where} can't be used (${code})`;
}

function hostOf({ host }: ListenAddress): string {
  return host.includes(":") ? `[${host}]` : host;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
