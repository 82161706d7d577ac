import type { Server } from "node:http";
import type { Socket } from "node:net";
import { DRAIN_MS } from "./stop-budget.ts";

const SWEEP_MS = 100;
/** A new connection that has sent nothing within this time has no request to send. */
const FIRST_BYTE_MS = 500;
/** At most as many connections wait in the kernel to be accepted: Node's default, 511, and one. */
const BACKLOG = 512;

/**
 * Follows a server's connections, so that a stop interrupts no request.
 * @returns a function that stops the server: after `delayMs` it accepts no new connection, and requests in flight are answered
 *   within `DRAIN_MS`
 */
export function drainable(server: Server): (delayMs: number) => Promise<void> {
  // Browsers and proxies open connections in advance. Node counts these as busy until their first request has been answered.
  const unusedSince = new Map<Socket, number>();
  let accepted = 0;
  server.on("connection", (socket) => {
    accepted += 1;
    unusedSince.set(socket, performance.now());
    socket.once("close", () => unusedSince.delete(socket));
  });
  server.on("request", (request) => unusedSince.delete(request.socket));

  return (delayMs) =>
    new Promise((resolve) => {
      setTimeout(resolve, delayMs + DRAIN_MS).unref();
      setTimeout(() => onceAllAccepted(accepted + BACKLOG, leave), delayMs);
      function leave() {
        server.close(() => resolve());
        setInterval(() => afterPendingEvents(sweep), SWEEP_MS).unref();
      }
    });

  // Each turn of the event loop accepts one connection. None in a whole turn means that none waits; where they come all the
  // time, those that waited at the stop have been accepted after a full queue of them.
  function onceAllAccepted(atMost: number, work: () => void): void {
    const before = accepted;
    afterPendingEvents(() => {
      if (accepted === before || accepted >= atMost) work();
      else onceAllAccepted(atMost, work);
    });
  }

  function sweep(): void {
    server.closeIdleConnections();
    for (const [socket, since] of unusedSince) {
      if (socket.bytesRead === 0 && performance.now() - since > FIRST_BYTE_MS) socket.destroy();
    }
  }
}

// On a busy machine an idle-looking connection may have an unread request, and closing it would reset it. Right after the event
// loop's poll phase it has been read, and one new connection has been accepted.
function afterPendingEvents(work: () => void): void {
  setImmediate(() => setImmediate(work));
}
