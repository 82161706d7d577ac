import cluster from "node:cluster";
import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import next from "next";
import { flushTraces } from "#bin/server/flush-traces.ts";
import { beat } from "#bin/server/heartbeat.ts";
import { logConsoleAsJson } from "#bin/server/json-console.ts";
import { openLane } from "#bin/server/lane.ts";
import { reportMetrics } from "#bin/server/report-metrics.ts";
import { routeLabels } from "#bin/server/route-label.ts";
import { applyTransportRules } from "#bin/server/transport.ts";
import { config, serviceConfig } from "#lib/config.ts";
import { servedPort } from "#lib/mail/page-url.ts";
import { finishSending } from "#lib/worker/finish-sending.ts";
import { stopping } from "#lib/worker/stopping.ts";

// One worker: Next behind our own HTTP server, which sets the limits. The primary (start.ts) forks it and tells it to stop.

type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;

const [portArgument, mode] = process.argv.slice(2);
const port = Number(portArgument);
const isDev = mode === "dev";
// In development a breakpoint or a first compilation may block for any time.
beat(isDev);
// The settings are read before Next starts: if its instrumentation found a secret's file missing, it would go on and answer 500.
config();
const { TRUSTED_PROXIES: trustedProxies, SHUTDOWN_DELAY_MS, API_LANE } = serviceConfig();

// A Ctrl-C reaches the whole process group. The primary decides when workers end, and if it dies they end too.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, leaveOpenPages);
/** The connections of hot reload, in development. */
const openPages = new Set<Duplex>();
let isLeaving = false;
let isStopping = false;
process.on("disconnect", () => {
  if (!isStopping) process.exit(0);
});
// Before the server listens there is nothing to drain.
let drain: (delayMs: number) => Promise<void> = async () => undefined;
process.on("message", (message) => {
  if (message === "stop") stop();
});
// Next's own messages are made for a developer at a terminal. Elsewhere they become lines of JSON.
if (!isDev || !process.stdout.isTTY) logConsoleAsJson(isDev);
// While it starts, Next logs only how long reading its configuration took: that is dropped. Problems do not go to console.log.
const consoleLog = console.log;
let isPrepared = false;
console.log = (...args) => void (isPrepared && consoleLog(...args));
reportMetrics();

// Time limits are checked at this interval; the default of 30 s would double them. The transport's rules refuse a missing Host:
// Node's own refusal has neither a body nor the headers of every answer.
const server = createServer({ connectionsCheckingInterval: 1_000, requireHostHeader: false });
// Next would close every connection that asks for an upgrade, as curl and Java do to offer HTTP/2. So it listens on a server
// that gets no requests, and in production a request for an upgrade is answered over HTTP/1.1.
const app = next({ dev: isDev, dir: process.cwd(), port, httpServer: createServer(), quiet: true });
await app.prepare();
isPrepared = true;
// Next would listen for upgrades only after its first request. After a restart the first one is an open page's own upgrade, for
// hot reload.
if (isDev) {
  const { upgradeHandler } = app as unknown as { upgradeHandler: UpgradeHandler };
  server.on("upgrade", (request, socket, head) => {
    if (isLeaving) return socket.destroy();
    openPages.add(socket);
    socket.on("close", () => openPages.delete(socket));
    upgradeHandler(request, socket, head);
  });
}
const routeOf = routeLabels(process.cwd(), isDev);
const toNext = app.getRequestHandler();
const handler = isDev || API_LANE === "off" ? toNext : await openLane(process.cwd(), toNext);
const drainServer = applyTransportRules(server, handler, { isDev, trustedProxies, routeOf });
drain = isDev ? breakOff : drainServer;

server.on("error", (error: NodeJS.ErrnoException) => {
  process.send?.({ failed: error.code ?? error.message });
  process.exit(1);
});
process.on("message", (message, handle) => {
  if (message !== "port") return;
  server.listen(handle, () => {
    const address = server.address();
    const listening = typeof address === "object" && address ? address.port : port;
    servedPort.set(listening);
    process.send?.({ listening });
  });
});
process.send?.({ prepared: true });

// Closing the port resets connections that were not yet accepted, and loses a POST, which may not be sent twice. So readiness
// turns false first (lib/worker/readiness.ts), and requests are still accepted until load balancers have gone elsewhere.
function stop(): void {
  isStopping = true;
  stopping.set(true);
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  process.disconnect();
  Promise.all([drain(SHUTDOWN_DELAY_MS), finishSending.get()()])
    .then(flushTraces)
    .then(() => process.exit(0));
}

// In development open pages keep their connection, so nothing is drained. The compiler's processes have got the Ctrl-C as well:
// a request would be answered with an error page, which no longer reloads itself.
async function breakOff(): Promise<void> {
  server.close();
  server.closeAllConnections();
  leaveOpenPages();
}

// A compiler whose processes are gone tells open pages to reload. That would lead them to a port where nothing answers, and to
// the browser's own error page. Without the connection they wait for the next start.
function leaveOpenPages(): void {
  isLeaving = true;
  for (const socket of openPages) socket.destroy();
}
