import { log } from "./log.ts";
import { metrics } from "./metrics.ts";

/** Events of accounts and sessions. Their fields are ids, never names or tokens: a line of the log opens nothing. */
type Events = {
  signup: { user_id: number };
  login: { user_id: number; session: string };
  /** The login came from a device and a network that were not seen before */
  new_device: { user_id: number; session: string };
  login_refused: { user_id: number | null };
  /** A signed-in user was asked for the password, and gave a wrong one */
  password_refused: { user_id: number };
  /** A signed-in user was asked for a code of the second factor, and gave a wrong one */
  code_refused: { user_id: number };
  /** A passkey's answer did not hold. `cause` in words */
  passkey_refused: { user_id: number; cause: string };
  passkey_added: { user_id: number; passkey: number };
  passkey_removed: { user_id: number; passkey: number };
  totp_added: { user_id: number };
  totp_removed: { user_id: number };
  recovery_codes_made: { user_id: number };
  /** Secrets of codes that a later secret of AUTH_SECRET had sealed are now sealed with the first */
  secrets_resealed: { count: number };
  password_changed: { user_id: number };
  password_reset: { user_id: number };
  /** A new password was taken without a look at the breached ones. `code`: Node's, or one of lib/passwords/read-range.ts */
  password_not_looked_up: { code: string };
  reauthentication: { user_id: number; session: string };
  refresh: { user_id: number; session: string; generation: number };
  replay: { user_id: number; session: string; generation: number };
  /** A refresh token was ahead of its session: the database has lost rotations */
  database_behind: { user_id: number; session: string; generation: number };
  /** Another database, or an older state of the same one, has answered: acknowledged writes may be lost */
  database_went_back: { since: string; ended_again: number };
  revocation: { user_id: number; session: string };
  /** A token of simplejwt's has opened a session */
  adoption: { user_id: number; session: string };
  /** The mail server has taken a mail */
  mail_sent: { mail: string; kind: string; user_id: number | null };
  /** There was nobody to write to, or nothing to say any more */
  mail_dropped: { mail: string; kind: string };
  /** A mail will not be sent, unless an operator has it tried again. `code`: nodemailer's, or TOO_LATE */
  mail_failed: { mail: string; kind: string; code: string; response_code?: number | undefined };
  account_deleted: { user_id: number };
  provider_linked: { user_id: number; provider: string };
  provider_unlinked: { user_id: number; provider: string };
  /** A walk to a provider came to nothing. `failure`: as the page is told; `causes`: what went wrong, without a value */
  provider_failed: { provider: string; failure: string; causes: string };
  /** `resets_in` in seconds */
  throttle: { limit: string; resets_in: number };
};

type Row<Fields> = { level: "info" | "warn" | "error"; count?: (fields: Fields) => void };

const EVENTS: { [Name in keyof Events]: Row<Events[Name]> } = {
  signup: { level: "info", count: () => metrics().signups.inc() },
  login: { level: "info", count: () => metrics().sessions.inc({ event: "opened" }) },
  new_device: { level: "info", count: () => metrics().sessions.inc({ event: "opened_on_new_device" }) },
  login_refused: { level: "info", count: () => metrics().loginsRefused.inc() },
  password_refused: { level: "info", count: () => metrics().loginsRefused.inc() },
  code_refused: { level: "info", count: () => metrics().loginsRefused.inc() },
  passkey_refused: { level: "warn", count: () => metrics().passkeysRefused.inc() },
  passkey_added: { level: "info" },
  passkey_removed: { level: "info" },
  totp_added: { level: "info" },
  totp_removed: { level: "info" },
  recovery_codes_made: { level: "info" },
  secrets_resealed: { level: "info" },
  password_changed: { level: "info" },
  password_reset: { level: "info" },
  password_not_looked_up: { level: "warn", count: () => metrics().passwordLookUps.inc({ outcome: "failed" }) },
  reauthentication: { level: "info" },
  refresh: { level: "info", count: () => metrics().sessions.inc({ event: "refreshed" }) },
  replay: { level: "warn", count: () => metrics().sessions.inc({ event: "replayed" }) },
  database_behind: { level: "warn", count: () => metrics().sessions.inc({ event: "resumed" }) },
  database_went_back: { level: "error", count: () => metrics().databaseWentBack.inc() },
  revocation: { level: "info", count: () => metrics().sessions.inc({ event: "revoked" }) },
  adoption: { level: "info", count: () => metrics().sessions.inc({ event: "adopted" }) },
  mail_sent: { level: "info", count: () => metrics().mails.inc({ outcome: "sent" }) },
  mail_dropped: { level: "info", count: () => metrics().mails.inc({ outcome: "dropped" }) },
  mail_failed: { level: "warn", count: () => metrics().mails.inc({ outcome: "failed" }) },
  account_deleted: { level: "info" },
  provider_linked: { level: "info" },
  provider_unlinked: { level: "info" },
  provider_failed: { level: "warn", count: ({ provider, failure }) => metrics().providerFailures.inc({ provider, failure }) },
  throttle: { level: "warn", count: ({ limit }) => metrics().throttled.inc({ limit }) },
};

/**
 * Logs an event and counts it in the metrics.
 * @param options.isRepeated count it only: a flood is logged once
 */
export function record<Name extends keyof Events>(event: Name, fields: Events[Name], { isRepeated = false } = {}): void {
  const { level, count } = EVENTS[event];
  count?.(fields);
  if (!isRepeated) log()[level]({ event, ...fields });
}
