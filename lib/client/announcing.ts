import type { Result } from "./call.ts";
import { announceSession, type SessionChange } from "./session-channel.ts";

/** A call, with word of its success to every tab. */
export async function announcing<Data>(change: SessionChange, call: Promise<Result<Data>>): Promise<Result<Data>> {
  const result = await call;
  if (result.ok) announceSession(change);
  return result;
}
