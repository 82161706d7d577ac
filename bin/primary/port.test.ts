import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { holdPort } from "./port.ts";

/** Starts a server on a port, or on the handle that a primary holds. */
async function listenOn(where: number | object): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.end());
  server.listen(where);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

async function freePort(): Promise<number> {
  const { server, port } = await listenOn(0);
  server.close();
  await once(server, "close");
  return port;
}

test("a port that another program uses is refused in one line that suggests another port", async () => {
  const { port } = await listenOn(0);
  const line = `port ${port} is taken: stop the program that listens there, or choose another, as in PORT=${port + 1} npm start`;
  await expect(holdPort(port)).rejects.toThrow(line);
});

test("a worker listens on the port that the primary holds, and no other program can take it", async () => {
  const port = await freePort();
  const held = await holdPort(port);
  const worker = await listenOn(held.handle);
  expect(worker.port).toBe(port);
  await once(connect(port, "127.0.0.1"), "connect");
  await expect(holdPort(port)).rejects.toThrow(`port ${port} is taken`);
  held.release();
});
