import "server-only";

import {
  failMail,
  forgetMail,
  giveUpOldMails,
  type LeasedMail,
  leaseMails,
  oldestWaitingSeconds,
  postponeMail,
  returnMails,
} from "#db/outgoing-mails.ts";
import type { Database } from "#db/pool.ts";
import { isUnavailable } from "#db/unavailable.ts";
import { type Delivery, delivery } from "#lib/mail/delivery.ts";
import { failureOf } from "#lib/mail/failure.ts";
import { CONNECTIONS, closeMailServer } from "#lib/mail/mail-server.ts";
import { nudge } from "#lib/mail/nudge.ts";
import { writeMail } from "#lib/mail/write-mail.ts";
import { record } from "#lib/observe/events.ts";
import { log } from "#lib/observe/log.ts";
import { metrics } from "#lib/observe/metrics.ts";
import { finishSending } from "./finish-sending.ts";
import { mailCircuit } from "./mail-circuit.ts";
import { stopping } from "./stopping.ts";

/** How often the outbox is looked into. */
const LOOK_MS = 1_000;
/** A mail is written within a transaction: this is after its commit. */
const NUDGED_MS = 50;
const TIDY_MS = 10_000;
const BATCH = 10;
/** A mail takes at most this long. */
const SEND_MS = 20_000;
/** The mails of a batch that are not begun by then are given back. */
const BEGIN_MS = 20_000;
/** Longer than both. If the process dies, the mails wait as long. */
const LEASE_SECONDS = 60;
/** A mail in hand is finished within this time of a stop, or given back. */
const FINISH_MS = 4_000;
/** The waits of one mail that the server does not take yet, in seconds: they grow fourfold. */
const [FIRST_WAIT, LONGEST_WAIT] = [10, 3_600];

const circuit = mailCircuit();

/** Sends the mails in the outbox while the process lives. Every worker does: the leases keep them apart. */
export function startSending(db: Database): void {
  let wake: () => void = () => undefined;
  const stop = new AbortController();
  const done = sendUntilStopped();
  nudge.set(() => void setTimeout(() => wake(), NUDGED_MS).unref());
  finishSending.set(async () => {
    wake();
    setTimeout(() => stop.abort(), FINISH_MS).unref();
    await done;
    closeMailServer();
  });

  async function sendUntilStopped(): Promise<void> {
    let tidiedAt = Number.NEGATIVE_INFINITY;
    while (!stopping.get()) {
      try {
        if (performance.now() - tidiedAt > TIDY_MS) {
          await tidy(db);
          tidiedAt = performance.now();
        }
        const how = delivery();
        const count = how ? await sendDue(db, how, stop.signal) : 0;
        if (count === BATCH) continue;
      } catch (error) {
        if (!isUnavailable(error)) log().error({ err: error }, "the outbox could not be read");
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, LOOK_MS).unref();
      });
    }
  }
}

// Also where no mail is sent, so that the outbox does not grow for ever.
async function tidy(db: Database): Promise<void> {
  for (const { id, kind } of await giveUpOldMails(db)) record("mail_failed", { mail: id, kind, code: "EXPIRED" });
  metrics().mailOldestSeconds.set(await oldestWaitingSeconds(db));
}

/** @returns how many mails were due, at most `BATCH` */
async function sendDue(db: Database, how: Delivery, stop: AbortSignal): Promise<number> {
  const most = circuit.mayPass(BATCH);
  if (most === 0) return 0;
  const mails = await leaseMails(db, most, LEASE_SECONDS);
  const waiting = [...mails];
  const end = performance.now() + BEGIN_MS;
  const sendInTurn = async () => {
    while (circuit.mayPass(1) > 0 && performance.now() < end && !stopping.get()) {
      const mail = waiting.shift();
      if (!mail) return;
      await send(db, how, mail, AbortSignal.any([stop, AbortSignal.timeout(SEND_MS)]));
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sendInTurn));
  if (waiting.length > 0)
    await returnMails(
      db,
      waiting.map(({ id }) => id),
    );
  return mails.length;
}

async function send(db: Database, how: Delivery, mail: LeasedMail, signal: AbortSignal): Promise<void> {
  const { id: mailId, kind, user_id } = mail;
  const written = await writeMail(db, mail).catch((error: unknown) => ({ error }));
  if (written === null) {
    await forgetMail(db, mailId, "dropped");
    return record("mail_dropped", { mail: mailId, kind });
  }
  if ("error" in written) return postponeUnwritten(db, mail, written.error);
  try {
    await how.give(mailId, written, signal);
  } catch (error) {
    return settleFailure(db, mail, error);
  }
  if (circuit.passed()) log().info("the mail server takes mails again");
  await how.settle(db, mailId);
  record("mail_sent", { mail: mailId, kind, user_id });
}

async function postponeUnwritten(db: Database, { id, kind, attempts }: LeasedMail, error: unknown): Promise<void> {
  if (isUnavailable(error)) return returnMails(db, [id]);
  // Another version of the application may know the letter.
  log().error({ err: error, mail: id, kind }, "a mail could not be written");
  await postponeMail(db, id, waitSeconds(attempts), "could not be written");
}

async function settleFailure(db: Database, { id, kind, attempts }: LeasedMail, error: unknown): Promise<void> {
  const { meaning, code, responseCode: response_code, message } = failureOf(error);
  if (meaning === "away") {
    // Its message speaks of the server alone: no mail's address is in it.
    if (circuit.failed()) log().warn({ event: "mail_server_away", code, response_code, reason: message });
    return returnMails(db, [id]);
  }
  if (meaning === "later") return postponeMail(db, id, waitSeconds(attempts), message);
  await failMail(db, id, message);
  record("mail_failed", { mail: id, kind, code, response_code });
}

function waitSeconds(attempts: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 4 ** attempts) * (0.75 + Math.random() / 2);
}
