import { createHmac } from "node:crypto";
import { derivedKeys } from "./derived-key.ts";

/**
 * The ids that the session of one of simplejwt's tokens can have: one for each secret in `AUTH_SECRET`. The id belongs to the
 * secret that signed the token. Nobody can tell it from the token without that secret.
 */
export function simplejwtSessionIds(jti: string): string[] {
  return derivedKeys("simplejwt-session/1").map((key) => createHmac("sha256", key).update(jti).digest("base64url").slice(0, 22));
}
