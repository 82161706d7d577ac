import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const RETRY_MS = 20;

/** Listens on an address until the returned function is called, or this process ends. Null if another process listens there. */
export function occupy(address: string): Promise<(() => void) | null> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on("error", () => undefined);
  });
  return new Promise((occupied, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? occupied(null) : failed(error)));
    server.listen(address, () => {
      occupied(() => {
        server.close();
        for (const socket of waiting) socket.destroy();
      });
    });
  });
}

/** Resolves once no process listens on the address. Each connection lasts as long as the listener does. */
export async function untilFree(address: string): Promise<void> {
  while (await isOccupied(address)) await delay(RETRY_MS);
}

// Resolves when the connection ends. A listener that is too busy to accept a connection still counts.
function isOccupied(address: string): Promise<boolean> {
  return new Promise((closed) => {
    let code: string | undefined;
    const socket = connect(address);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      code = error.code;
    });
    socket.on("close", () => closed(code !== "ECONNREFUSED" && code !== "ENOENT"));
  });
}
