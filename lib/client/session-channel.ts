import type { SessionEnd } from "#lib/answers.ts";

/** A change of the session that all tabs share: it was opened, or how it ended. `ended`: that is not known. */
export type SessionChange = "opened" | "ended" | SessionEnd;

const CHANNEL = "movieconnect-session";
const local = typeof window === "undefined" ? null : new EventTarget();

/** Announces a change to every tab, this one included. */
export function announceSession(change: SessionChange): void {
  local?.dispatchEvent(new CustomEvent(CHANNEL, { detail: change }));
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(change);
  channel.close();
}

/** Calls `listener` for each change, from any tab. Returns a function that stops this. */
export function onSessionChange(listener: (change: SessionChange) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => listener(data);
  const listenHere = (event: Event) => listener((event as CustomEvent<SessionChange>).detail);
  local?.addEventListener(CHANNEL, listenHere);
  return () => {
    channel.close();
    local?.removeEventListener(CHANNEL, listenHere);
  };
}
