import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Below the ports that a system gives to programs which ask for any (from 32,768 on Linux, from 49,152 elsewhere): until the
// port is used, no such program can get it. Above 10080, which fetch and browsers refuse.
const LOWEST = 12_000;
const HIGHEST = 31_999;

const MOST_TRIED = 100;

/** A port that no program uses at the moment. @throws {Error} if it finds none, as where a process may not listen */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < MOST_TRIED; tried += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await listensBriefly(port)) return port;
  }
  throw new Error(`none of ${MOST_TRIED} ports is free`);
}

/** Whether no program listens on this port of the loopback interface. */
export function isPortFree(port: number): Promise<boolean> {
  return listensBriefly(port, "127.0.0.1");
}

function listensBriefly(port: number, host?: string): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once("error", () => answer(false));
    server.listen(port, host, () => server.close(() => answer(true)));
  });
}
