import { config } from "#lib/config.ts";
import { now } from "./clock.ts";

/** Whether simplejwt's tokens, and what else its clients send, are accepted: until the end of `LEGACY_SIMPLEJWT`. */
export function acceptsSimplejwt(): boolean {
  const { LEGACY_SIMPLEJWT: end } = config();
  return end !== undefined && now() < end;
}
