import { createServer } from "node:net";

/** @throws {Error} one line: why nobody can listen there, and what to do about it */
export function assertFree(port: number): Promise<void> {
  return new Promise((free, refused) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => refused(new Error(explain(port, error))));
    probe.listen(port, () => probe.close(() => free()));
  });
}

function explain(port: number, { code }: NodeJS.ErrnoException): string {
  const other = port < 65_535 ? port + 1 : port - 1;
  if (code === "EADDRINUSE")
    return `port ${port} is taken: stop what listens there, or choose another, as in PORT=${other} npm start`;
  return `port ${port} can't be used (${code}): choose another with PORT`;
}
