import { createHash } from "node:crypto";

/** The id (`jti`) of a session's token. It is unique without randomness of its own: the session's id has 128 random bits. */
export function tokenId(
  { sessionId, generation }: { sessionId: string; generation: number },
  type: "access" | "refresh",
): string {
  return createHash("sha256").update(`${sessionId}.${generation}.${type}`).digest("base64url").slice(0, 22);
}
