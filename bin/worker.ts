import cluster from "node:cluster";
import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import next from "next";
import { openDevCache } from "#bin/server/dev-cache.ts";
import { flushTraces } from "#bin/server/flush-traces.ts";
import { beat } from "#bin/server/heartbeat.ts";
import { logConsoleAsJson } from "#bin/server/json-console.ts";
import { openLane } from "#bin/server/lane.ts";
import { reportMetrics } from "#bin/server/report-metrics.ts";
import { routeLabels } from "#bin/server/route-label.ts";
import { applyTransportRules } from "#bin/server/transport.ts";
import { config, serviceConfig } from "#lib/config.ts";

// One worker: Next behind an HTTP server whose limits are ours. The primary (start.ts) forks it and tells it to stop.

type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;

const [portArgument, mode] = process.argv.slice(2);
const port = Number(portArgument);
const isDev = mode === "dev";
// In development a breakpoint, or a first compilation, may take what it takes.
beat(isDev);
// Read before Next is: it serves on with 500s where its instrumentation finds a file of a secret gone.
config();
const { TRUSTED_PROXIES: trustedProxies, SHUTDOWN_DELAY_MS, API_LANE } = serviceConfig();

// Ctrl-C reaches the whole group; the primary decides when workers end, and its death ends them too.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
let isStopping = false;
process.on("disconnect", () => {
  if (!isStopping) process.exit(0);
});
// Until it serves there is nothing to finish. In development pages keep a connection open for as long as they are, and what
// has to end well is the cache.
let drain: (delayMs: number) => Promise<void> = async () => undefined;
process.on("message", (message) => {
  if (message === "stop") stop();
});
// What Next tells a developer at a terminal is made for one.
if (!isDev || !process.stdout.isTTY) logConsoleAsJson(isDev);
// While it starts Next tells how long it took to read its configuration, and nothing else. What is wrong is no console.log.
const tell = console.log;
let isPrepared = false;
console.log = (...args) => void (isPrepared && tell(...args));
reportMetrics();

// Time limits are looked at this often; the default of 30 s would double them. A missing Host is refused by the
// transport's rules: Node's own refusal has neither a body nor the headers of every answer.
const server = createServer({ connectionsCheckingInterval: 1_000, requireHostHeader: false });
const closeCache = isDev ? await openDevCache(process.cwd()) : undefined;
// Next would end every connection that asks for an upgrade, as curl and Java do to offer HTTP/2: it gets a server to listen on
// that hears nothing, and in production such a request is answered over HTTP/1.1.
const app = next({ dev: isDev, dir: process.cwd(), port, httpServer: createServer(), quiet: true });
await app.prepare();
isPrepared = true;
// Next itself would listen from its first request on. After a restart that is an open page's, for hot reload.
if (isDev) server.on("upgrade", (app as unknown as { upgradeHandler: UpgradeHandler }).upgradeHandler);
const routeOf = routeLabels(process.cwd(), isDev);
const toNext = app.getRequestHandler();
const handler = isDev || API_LANE === "off" ? toNext : await openLane(process.cwd(), toNext);
const drainServer = applyTransportRules(server, handler, { isDev, trustedProxies, routeOf });
drain = isDev ? closeDev : drainServer;

server.on("error", (error: NodeJS.ErrnoException) => {
  process.send?.({ failed: error.code ?? error.message });
  process.exit(1);
});
process.on("message", (message, handle) => {
  if (message !== "port") return;
  server.listen(handle, () => {
    const address = server.address();
    process.send?.({ listening: typeof address === "object" ? address?.port : port });
  });
});
process.send?.({ prepared: true });

// Closing the port resets connections that were not yet accepted: a POST is lost then, since it may not be sent twice. So
// readiness says no at first (lib/worker/readiness.ts), and requests are still taken, until those who watch it have gone elsewhere.
function stop(): void {
  isStopping = true;
  Object.assign(globalThis, { movieconnectStopping: true });
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  process.disconnect();
  drain(SHUTDOWN_DELAY_MS)
    .then(flushTraces)
    .then(() => process.exit(0));
}

// Nothing is asked of a compiler that ends: it would answer with a page that failed, and reloads itself no more.
async function closeDev(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await app.close();
  await closeCache?.();
}
