import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { perProcess } from "#lib/per-process.ts";

const resolving = perProcess("resolving", () => new Map<string, Promise<LookupAddress[]>>());

/**
 * Resolves a host's name for a connection with `autoSelectFamily`. Only one thread asks for a name at a time, and others wait for
 * its answer: a resolver that does not answer keeps each thread for many seconds, and a process has two that resolve names.
 * Without free ones it could not connect to its database either.
 */
export const resolveOnce: LookupFunction = (hostname, _, done) => {
  const known = resolving.get();
  const addresses = known.get(hostname) ?? lookup(hostname, { all: true }).finally(() => known.delete(hostname));
  known.set(hostname, addresses);
  addresses.then(
    (found) => done(null, found),
    (error: NodeJS.ErrnoException) => done(error, []),
  );
};
