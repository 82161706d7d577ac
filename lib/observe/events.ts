import { log } from "./log.ts";
import { metrics } from "./metrics.ts";

/** What happens to accounts and sessions, with ids and without names: a line of the log says nothing that opens anything. */
type Events = {
  signup: { user_id: number };
  login: { user_id: number; session: string };
  login_refused: { user_id: number | null };
  refresh: { user_id: number; session: string; generation: number };
  replay: { user_id: number; session: string; generation: number };
  /** A refresh token was ahead of its session: the database has lost what was rotated since */
  database_behind: { user_id: number; session: string; generation: number };
  /** The database is another than before, or an older one of itself: what it had acknowledged may be lost */
  database_went_back: { since: string; ended_again: number };
  revocation: { user_id: number; session: string };
  /** `resets_in` in seconds */
  throttle: { limit: string; resets_in: number };
};

const LEVELS: { [Name in keyof Events]: "info" | "warn" | "error" } = {
  signup: "info",
  login: "info",
  login_refused: "info",
  refresh: "info",
  replay: "warn",
  database_behind: "warn",
  database_went_back: "error",
  revocation: "info",
  throttle: "warn",
};

const COUNTS: { [Name in keyof Events]: (fields: Events[Name]) => void } = {
  signup: () => metrics().signups.inc(),
  login: () => metrics().sessions.inc({ event: "opened" }),
  login_refused: () => metrics().loginsRefused.inc(),
  refresh: () => metrics().sessions.inc({ event: "refreshed" }),
  replay: () => metrics().sessions.inc({ event: "replayed" }),
  database_behind: () => metrics().sessions.inc({ event: "resumed" }),
  database_went_back: () => metrics().databaseWentBack.inc(),
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
