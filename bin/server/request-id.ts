import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { BlockList } from "node:net";
import { isFromTrustedProxy } from "./client-address.ts";

/** The id that a trusted proxy gave to the request, or a new one. An id from a client is ignored: it could repeat another's. */
export function requestId(request: IncomingMessage, trustedProxies: BlockList): string {
  const given = request.headers["x-request-id"];
  const isGiven = typeof given === "string" && /^[\w.:-]{1,64}$/.test(given);
  return isGiven && isFromTrustedProxy(request, trustedProxies) ? given : randomUUID();
}
