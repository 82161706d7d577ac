import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that Linux, macOS and Windows give to programs that name none. */
const [FIRST, COUNT] = [20_000, 12_000];
const ATTEMPTS = 100;

/**
 * A port that no program uses at the moment. The system gives it to no other program before its own one listens there, which may
 * take seconds.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = await listenBriefly(FIRST + randomInt(COUNT));
    if (port !== null) return port;
  }
  return (await listenBriefly(0)) ?? 0;
}

/** Whether no program listens on this port of the loopback interface. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await listenBriefly(port, "127.0.0.1")) !== null;
}

function listenBriefly(port: number, host?: string): Promise<number | null> {
  return new Promise((found) => {
    const server = createServer();
    server.once("error", () => found(null));
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => found(typeof address === "object" && address ? address.port : null));
    });
  });
}
