/** What can happen to the session that all tabs share: `ended` is whatever the person did not ask for. */
export type SessionChange = "opened" | "logged_out" | "ended";

const CHANNEL = "movieconnect-session";
const local = typeof window === "undefined" ? null : new EventTarget();

/** Tells every tab, this one too. */
export function announceSession(change: SessionChange): void {
  local?.dispatchEvent(new CustomEvent(CHANNEL, { detail: change }));
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(change);
  channel.close();
}

/** Calls `listener` for each change, in whatever tab it was made. Returns a function that ends this. */
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
