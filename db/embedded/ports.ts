import { createServer } from "node:net";

/** A port that no program uses at the moment. */
export async function freePort(): Promise<number> {
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
