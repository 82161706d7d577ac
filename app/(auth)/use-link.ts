import { useState, useSyncExternalStore } from "react";
import { useViewer } from "#app/_components/viewer.tsx";
import { api } from "#lib/client/api-client.ts";
import type { Result } from "#lib/client/call.ts";
import { linkToken, onLinkToken } from "#lib/client/link-token.ts";
import { announceSession } from "#lib/client/session-channel.ts";

/** What became of a mail's link: `dead` when the API refused it, `missing` on a page that was opened without one. */
export type LinkState = "open" | "done" | "dead" | "missing";

type Outcome = { token: string; state: "done" | "dead" };

/**
 * The link that led to this page, and a function that does what the link is for.
 * @param onDone called once that is done. `lives`: whether this browser has a session that lives on
 */
export function useLink<Input extends { token: string }>(
  call: (input: Input) => Promise<Result<unknown>>,
  onDone?: (lives: boolean) => void,
) {
  // Undefined in the server's HTML, which can't know the token: most visitors come with one.
  const token = useSyncExternalStore(onLinkToken, linkToken, () => undefined);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const viewer = useViewer();

  async function use(input: Omit<Input, "token">): Promise<Result<unknown>> {
    const used = token ?? "";
    const result = await call({ ...input, token: used } as Input);
    if (!result.ok) {
      if (isDead(result)) setOutcome({ token: used, state: "dead" });
      return result;
    }
    const lives = viewer !== null && (await api.sessionLives());
    // Other tabs may show what is no longer so: "confirm your address".
    if (lives) announceSession("changed");
    setOutcome({ token: used, state: "done" });
    onDone?.(lives);
    return result;
  }

  return { state: stateOf(token, outcome), use };
}

function stateOf(token: string | null | undefined, outcome: Outcome | null): LinkState {
  if (token === null) return "missing";
  return outcome !== null && outcome.token === token ? outcome.state : "open";
}

function isDead(result: Result<unknown>): boolean {
  return !result.ok && result.failure.kind === "fields" && "token" in result.failure.fields;
}
