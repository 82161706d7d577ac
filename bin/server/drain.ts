import type { Server } from "node:http";
import type { Socket } from "node:net";
import { DRAIN_MS } from "./stop-budget.ts";

const SWEEP_MS = 100;
/** In which who has connected has sent something, if there was something to send. */
const FIRST_BYTE_MS = 500;

/**
 * Follows a server's connections, to end them well.
 * @returns a function that stops the server: after `delayMs` no new connection, what is in flight is finished, within `DRAIN_MS`
 */
export function drainable(server: Server): (delayMs: number) => Promise<void> {
  // Browsers and proxies open connections ahead, and Node counts those as busy until their first request is over.
  const unusedSince = new Map<Socket, number>();
  server.on("connection", (socket) => {
    unusedSince.set(socket, performance.now());
    socket.once("close", () => unusedSince.delete(socket));
  });
  server.on("request", (request) => unusedSince.delete(request.socket));

  return (delayMs) =>
    new Promise((resolve) => {
      setTimeout(resolve, delayMs + DRAIN_MS).unref();
      setTimeout(() => afterWhatHasArrived(leave), delayMs);
      function leave() {
        server.close(() => resolve());
        setInterval(() => afterWhatHasArrived(sweep), SWEEP_MS).unref();
      }
    });

  function sweep(): void {
    server.closeIdleConnections();
    for (const [socket, since] of unusedSince) {
      if (socket.bytesRead === 0 && performance.now() - since > FIRST_BYTE_MS) socket.destroy();
    }
  }
}

// A connection that looks idle on a busy machine may have its request waiting, and a new one may not have been accepted
// yet: closed, they would be reset. Right after the event loop's poll for events they have been taken in.
function afterWhatHasArrived(work: () => void): void {
  setImmediate(() => setImmediate(work));
}
