import net from "node:net";

/** A port that belongs to this process, for workers to listen on: `handle` is sent to them. */
export type HeldPort = { handle: object; release: () => void };

/** The function with which node:cluster makes its shared handles: bound, not listening. It is undocumented, but in every Node. */
type Bound = { close: () => void };
const bind = (net as unknown as { _createServerHandle: (address: null, port: number, type: 4) => Bound | number })
  ._createServerHandle;

/**
 * Binds a port without accepting connections. While it is held, a client that connects when no worker lives waits for the next
 * worker; node:cluster itself would close the port with its last worker.
 * @param port 0 for any free port
 * @throws {Error} one line: why the port can't be used, and what to do about it
 */
export async function holdPort(port: number): Promise<HeldPort> {
  await assertFree(port);
  const handle = bind(null, port, 4);
  if (typeof handle === "number") throw new Error(explain(port, String(handle)));
  return { handle, release: () => handle.close() };
}

// Binding alone does not show whether another program listens there.
function assertFree(port: number): Promise<void> {
  return new Promise((free, refused) => {
    const probe = net.createServer();
    probe.once("error", ({ code }: NodeJS.ErrnoException) => refused(new Error(explain(port, code))));
    probe.listen(port, () => probe.close(() => free()));
  });
}

function explain(port: number, code = ""): string {
  const other = port < 65_535 ? port + 1 : port - 1;
  if (code === "EADDRINUSE")
    return `port ${port} is taken: stop the program that listens there, or choose another, as in PORT=${other} npm start`;
  return `port ${port} can't be used (${code}): choose another with PORT`;
}
