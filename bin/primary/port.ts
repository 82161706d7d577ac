import net from "node:net";

/** A port that belongs to this process, for workers to listen on: `handle` is sent to them. */
export type HeldPort = { handle: object; release: () => void };

/** What node:cluster makes its shared handles with: bound, and not listening. It is in no documentation, and in each Node. */
type Bound = { close: () => void };
const bind = (net as unknown as { _createServerHandle: (address: null, port: number, type: 4) => Bound | number })
  ._createServerHandle;

/**
 * Takes a port, and accepts nothing on it. As long as it is held, who connects while no worker lives waits for the next one:
 * node:cluster itself would close the port with its last worker.
 * @param port 0 for any
 * @throws {Error} one line: why it can't be listened on, and what to do about it
 */
export async function holdPort(port: number): Promise<HeldPort> {
  await assertFree(port);
  const handle = bind(null, port, 4);
  if (typeof handle === "number") throw new Error(explain(port, String(handle)));
  return { handle, release: () => handle.close() };
}

// Only listening tells whether another program listens there.
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
    return `port ${port} is taken: stop what listens there, or choose another, as in PORT=${other} npm start`;
  return `port ${port} can't be used (${code}): choose another with PORT`;
}
