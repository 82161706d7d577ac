import type { Server } from "node:http";
import type { Socket } from "node:net";

const DRAIN_MS = 10_000;
const SWEEP_MS = 100;
/** In which the other holders of the port let go of it, on a busy machine too. */
const LEAVE_MS = 500;

/**
 * Follows a server's connections, to end them well.
 * @returns a function that stops the server: soon no new connection, what is in flight is finished, within 10 s
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
      setTimeout(resolve, DRAIN_MS).unref();
      // Each time right after the event loop has taken in what had arrived: a connection that looks idle on a busy
      // machine may have its request waiting, and a new one may not have been accepted yet. Closed, they would be reset.
      setTimeout(() => setImmediate(() => setImmediate(() => server.close(() => resolve()))), LEAVE_MS);
      setInterval(() => setImmediate(sweep), SWEEP_MS).unref();
    });

  function sweep(): void {
    server.closeIdleConnections();
    for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
  }
}
