import "server-only";

import { log } from "./log";
import { metrics } from "./metrics";

/** What happens to accounts and sessions, with ids and without names: a line of the log says nothing that opens anything. */
type Events = {
  signup: { user_id: number };
  login: { user_id: number; session: string };
  login_refused: { user_id: number | null };
  refresh: { user_id: number; session: string; generation: number };
  replay: { user_id: number; session: string; generation: number };
  revocation: { user_id: number; session: string };
  /** `resets_in` in seconds */
  throttle: { limit: string; resets_in: number };
};

const LEVELS: { [Name in keyof Events]: "info" | "warn" } = {
  signup: "info",
  login: "info",
  login_refused: "info",
  refresh: "info",
  replay: "warn",
  revocation: "info",
  throttle: "warn",
};

const COUNTS: { [Name in keyof Events]: (fields: Events[Name]) => void } = {
  signup: () => metrics().signups.inc(),
  login: () => metrics().sessions.inc({ event: "opened" }),
  login_refused: () => metrics().loginsRefused.inc(),
  refresh: () => metrics().sessions.inc({ event: "refreshed" }),
  replay: () => metrics().sessions.inc({ event: "replayed" }),
  revocation: () => metrics().sessions.inc({ event: "revoked" }),
  throttle: ({ limit }) => metrics().throttled.inc({ limit }),
};

/**
 * Writes one line, and counts it: the one place for both.
 * @param options.isRepeated counted, and no line: a flood is told once
 */
export function record<Name extends keyof Events>(event: Name, fields: Events[Name], { isRepeated = false } = {}): void {
  COUNTS[event](fields);
  if (!isRepeated) log()[LEVELS[event]]({ event, ...fields });
}
