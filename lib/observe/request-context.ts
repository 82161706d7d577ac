import { AsyncLocalStorage } from "node:async_hooks";
import type { SessionEnd } from "#lib/errors.ts";
import { perProcess } from "#lib/per-process.ts";

/**
 * Facts about a request. bin/server enters them before Next sees the request; proxy.ts, pages and routes read them and add to
 * them. They use no header for this: a client could send it, too.
 */
export type RequestContext = {
  /** Names the request in the answer and in every line of the log. */
  requestId: string;
  /** The client's address: the connection's peer, or the address that a trusted proxy names. */
  address: string;
  /** The `User-Agent` header; empty without one. */
  userAgent: string;
  /** Whether a program of this machine connected without a proxy, and asked for a loopback name. */
  isLocal: boolean;
  /** The method that the client sent. Next routes seven methods, and gets any other as a PUT. */
  method: string;
  /** The page's path and query, which Next does not tell the page. proxy.ts sets it. */
  pagePath?: string;
  /** Set by the lane, which writes the answer's text itself when Next ends the response. */
  lane?: { answer?: { status: number; text: string } };
  /** When a page stops waiting for the database, by `performance.now()`: proxy.ts and the render share it. */
  databaseEnd?: number;
  /** Why the session ended whose cookies came with the request for a page. `ended`: that is not known. */
  sessionEnd?: SessionEnd | "ended";
  /** The page's status in place of Next's 200 or 500. */
  pageStatus?: 500 | 503;
  /** The number that a failed page shows and that finds the failure in the log, if Next has no digest for it. */
  failureNumber?: string;
  /** The failure has a line of level `error` in the log. */
  isFailureLogged?: boolean;
};

// bin/server runs each request inside of it.
const storage = perProcess("request", () => new AsyncLocalStorage<RequestContext>()).get();

export function withRequest<Outcome>(context: RequestContext, work: () => Outcome): Outcome {
  return storage.run(context, work);
}

/** Runs work that outlives the request that happened to start it. */
export function withoutRequest<Outcome>(work: () => Outcome): Outcome {
  return storage.exit(work);
}

/** The request that is being served; undefined in work that no request started. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}
