import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/**
 * Runs the action while no other process runs one for the same path; several take turns.
 * The lock is a socket: however its holder dies, the system takes it back, and no stale file is left to be judged.
 */
export async function exclusively<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  const address = addressOf(resolve(path));
  let release = await acquire(address);
  while (!release) {
    await released(address);
    release = await acquire(address);
  }
  try {
    return await action();
  } finally {
    release();
  }
}

// Linux has names without a file (unix(7), abstract sockets). Elsewhere the file of a dead holder answers nobody.
function addressOf(path: string): string {
  const name = `movieconnect-${createHash("sha256").update(path).digest("hex").slice(0, 32)}`;
  return process.platform === "linux" ? `\0${name}` : join(tmpdir(), name);
}

function acquire(address: string): Promise<(() => void) | null> {
  const waiting = new Set<Socket>();
  const server: Server = createServer((socket) => {
    waiting.add(socket);
    socket.on("error", () => undefined);
  });
  return new Promise((acquired, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? acquired(null) : failed(error)));
    server.listen(address, () => {
      acquired(() => {
        server.close();
        for (const socket of waiting) socket.destroy();
      });
    });
  });
}

// A connection to the holder lasts as long as the lock does.
function released(address: string): Promise<void> {
  return new Promise((done) => {
    const socket = connect(address);
    socket.on("error", async () => {
      if (process.platform !== "linux") await rm(address, { force: true });
    });
    socket.on("close", () => done());
  });
}
