import { failMail, forgetMail, type LeasedMail, postponeMail, returnMails } from "#db/outgoing-mails.ts";
import type { Database } from "#db/pool.ts";
import { isUnavailable } from "#db/unavailable.ts";
import type { Delivery } from "#lib/mail/delivery.ts";
import { failureOf } from "#lib/mail/failure.ts";
import { writeMail } from "#lib/mail/write-mail.ts";
import { record } from "#lib/observe/events.ts";
import { log } from "#lib/observe/log.ts";

/** The waits of a mail that the server does not take yet, in seconds: each is four times the one before. */
const [FIRST_WAIT, LONGEST_WAIT] = [10, 3_600];

/** What sending a mail says about the mail server: it answered, it was not asked, or why it takes no mails at all. */
export type Outcome = "answered" | "not_asked" | { code: string; response_code: number | undefined; reason: string };

/** Writes a leased mail, gives it to the mail server and settles it in the outbox. @throws {Error} the database's */
export async function sendMail(db: Database, to: Delivery, mail: LeasedMail, signal: AbortSignal): Promise<Outcome> {
  const { id, kind } = mail;
  const written = await writeMail(db, mail).catch((error: unknown) => ({ error }));
  if (written === null) {
    await forgetMail(db, id, "dropped");
    record("mail_dropped", { mail: id, kind });
    return "not_asked";
  }
  if ("error" in written) {
    await postponeUnwritten(db, mail, written.error);
    return "not_asked";
  }
  try {
    await to.give(id, written, signal);
  } catch (error) {
    return settleFailure(db, mail, error);
  }
  await to.settle(db, id);
  record("mail_sent", { mail: id, kind, user_id: mail.user_id });
  return "answered";
}

async function postponeUnwritten(db: Database, { id, kind, attempts }: LeasedMail, error: unknown): Promise<void> {
  if (isUnavailable(error)) return returnMails(db, [id]);
  log().error({ err: error, mail: id, kind }, "a mail could not be written");
  // A newer version of the application may know the letter.
  await postponeMail(db, id, waitSeconds(attempts), "could not be written");
}

// The log has no server's words about one mail: they may quote its address. The outbox keeps them.
async function settleFailure(db: Database, { id, kind, attempts }: LeasedMail, error: unknown): Promise<Outcome> {
  const { meaning, code, responseCode, message } = failureOf(error);
  if (meaning === "away") {
    await returnMails(db, [id]);
    return { code, response_code: responseCode, reason: responseCode === undefined ? message : "" };
  }
  if (meaning === "refused") {
    await failMail(db, id, message);
    record("mail_failed", { mail: id, kind, code, response_code: responseCode });
  } else await postponeMail(db, id, waitSeconds(attempts), message);
  return "answered";
}

function waitSeconds(attempts: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 4 ** attempts) * (0.75 + Math.random() / 2);
}
