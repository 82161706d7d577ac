import type { SessionEnd } from "#lib/answers.ts";

/**
 * A change of the session that all tabs share: it was opened, it goes on with an account that has changed, or how it
 * ended. `deleted`: with its account. `ended`: it is not known how.
 */
export type SessionChange = "opened" | "changed" | "deleted" | "ended" | SessionEnd;

const CHANNEL = "movieconnect-session";
const local = typeof window === "undefined" ? null : new EventTarget();
// One for the whole tab: a channel does not hear what it sends.
const tabs = local && new BroadcastChannel(CHANNEL);

/** Announces a change to every tab, this one included. */
export function announceSession(change: SessionChange): void {
  local?.dispatchEvent(new CustomEvent(CHANNEL, { detail: change }));
  announceElsewhere(change);
}

/** Announces to the other tabs what this one has found when it was loaded. */
export function announceElsewhere(change: SessionChange): void {
  tabs?.postMessage(change);
}

/** Calls `listener` for each change, from any tab. Returns a function that stops this. */
export function onSessionChange(listener: (change: SessionChange) => void): () => void {
  const listenHere = (event: Event) => listener((event as CustomEvent<SessionChange>).detail);
  const listenElsewhere = (event: MessageEvent<SessionChange>) => listener(event.data);
  local?.addEventListener(CHANNEL, listenHere);
  tabs?.addEventListener("message", listenElsewhere);
  return () => {
    local?.removeEventListener(CHANNEL, listenHere);
    tabs?.removeEventListener("message", listenElsewhere);
  };
}
