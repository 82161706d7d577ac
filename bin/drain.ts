import type { Server } from "node:http";
import type { Socket } from "node:net";

const DRAIN_MS = 10_000;
const SWEEP_MS = 100;

/**
 * Follows a server's connections, to end them well.
 * @returns a function that stops the server: no new connection, what is in flight is finished, within 10 s
 */
export function drainable(server: Server): () => Promise<void> {
  // Browsers and proxies open connections ahead, and Node counts those as busy until their first request is over.
  const unused = new Set<Socket>();
  server.on("connection", (socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", (request) => unused.delete(request.socket));

  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      setTimeout(resolve, DRAIN_MS).unref();
      // Not at once: what was sent just before gets its moment to arrive.
      setInterval(() => {
        server.closeIdleConnections();
        for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
      }, SWEEP_MS).unref();
    });
}
