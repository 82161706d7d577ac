import { AsyncLocalStorage } from "node:async_hooks";

// Shared with bin/, which is outside of the bundles: no "server-only" here, and endings in imports.

/**
 * What the server, proxy.ts and a page's render tell each other of a request. It is their one channel: a header would be one
 * that a client could send, too.
 */
export type RequestContext = {
  /** Names the request in the answer and in every line of the log. */
  requestId: string;
  /** Who is asking: the connection's other end, or whom a trusted proxy names. */
  address: string;
  /** The method that was sent. Next routes seven, and is told of any other as a PUT. */
  method: string;
  /** Where the page is, with its query, which Next does not tell it. */
  pagePath?: string;
  /** When a page stops waiting for the database, by `performance.now()`: proxy.ts and the render share it. */
  databaseEnd?: number;
  /** The page was asked for with the cookies of a session that has ended. */
  hasEndedSession?: boolean;
  /** What the page is answered with in place of Next's 200 or 500. */
  pageStatus?: 500 | 503;
  /** What the page asks people to tell, and what finds its failure in the log, where Next has no number for it. */
  failureNumber?: string;
  /** A line of the log, of level `error`, says what went wrong. */
  isFailureLogged?: boolean;
};

// One per process, whatever the bundle. The server enters it, all that happens for the request is inside.
const shared = globalThis as typeof globalThis & { movieconnectRequest?: AsyncLocalStorage<RequestContext> };
shared.movieconnectRequest ??= new AsyncLocalStorage();
const storage = shared.movieconnectRequest;

export function withRequest<Outcome>(context: RequestContext, work: () => Outcome): Outcome {
  return storage.run(context, work);
}

/** For what outlives the request that happens to need it first. */
export function withoutRequest<Outcome>(work: () => Outcome): Outcome {
  return storage.exit(work);
}

/** The request that this is done for; undefined for what a worker does by itself. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}
