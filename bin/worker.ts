import { createServer } from "node:http";
import next from "next";
import { applyTransportRules } from "./transport.ts";

// One worker: Next behind an HTTP server whose limits are ours. The primary (start.ts) forks it and tells it to stop.

const [portArgument, mode] = process.argv.slice(2);
const port = Number(portArgument);
const isDev = mode === "dev";

// Ctrl-C reaches the whole group; the primary decides when workers end, and its death ends them too.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
process.on("disconnect", () => process.exit(0));

// Time limits are looked at this often; the default of 30 s would double them.
const server = createServer({ connectionsCheckingInterval: 1_000 });
const app = next({ dev: isDev, dir: process.cwd(), port, httpServer: server, quiet: true });
await app.prepare();
const drain = applyTransportRules(server, app.getRequestHandler(), isDev);

process.on("message", (message) => {
  if (message === "stop") drain().then(() => process.exit(0));
});

server.on("error", (error: NodeJS.ErrnoException) => {
  process.send?.({ failed: error.code ?? error.message });
  process.exit(1);
});
server.listen(port, () => {
  const address = server.address();
  process.send?.({ listening: typeof address === "object" ? address?.port : port });
});
