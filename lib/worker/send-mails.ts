import "server-only";

import { giveUpOldMails, oldestWaitingSeconds } from "#db/outgoing-mails.ts";
import type { Database } from "#db/pool.ts";
import { isUnavailable } from "#db/unavailable.ts";
import { closeMailServer } from "#lib/mail/mail-server.ts";
import { nudge } from "#lib/mail/nudge.ts";
import { record } from "#lib/observe/events.ts";
import { log } from "#lib/observe/log.ts";
import { metrics } from "#lib/observe/metrics.ts";
import { finishSending } from "./finish-sending.ts";
import { mailBatches } from "./mail-batches.ts";
import { stopping } from "./stopping.ts";

/** How often the outbox is looked into. */
const LOOK_MS = 1_000;
/** A mail is written within a transaction. After this time its commit is probably done; otherwise the next look finds it. */
const NUDGED_MS = 50;
const TIDY_MS = 10_000;
/** How many mails one statement gives up: few enough for a statement's deadline. */
const MOST_GIVEN_UP = 500;
/** At a stop the mails in hand are finished within this time, or given back. */
const FINISH_MS = 4_000;

/** Sends the mails in the outbox while the process lives. Every worker does; leases keep two from sending the same mail. */
export function startSending(db: Database): void {
  let wake: () => void = () => undefined;
  const stop = new AbortController();
  const sendDue = mailBatches(db, stop.signal);
  const done = sendUntilStopped();
  nudge.set(() => void setTimeout(() => wake(), NUDGED_MS).unref());
  finishSending.set(async () => {
    wake();
    setTimeout(() => stop.abort(), FINISH_MS).unref();
    await done;
    await closeMailServer();
  });

  async function sendUntilStopped(): Promise<void> {
    let nextTidy = performance.now();
    while (!stopping.get()) {
      if (performance.now() >= nextTidy) {
        nextTidy = performance.now() + TIDY_MS;
        await logged(() => tidy(db));
      }
      const isMore = await logged(sendDue);
      if (!isMore) await pause();
    }
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, LOOK_MS).unref();
    });
  }
}

// Runs in every worker, also in one that sends nothing: the outbox must not grow for ever.
async function tidy(db: Database): Promise<void> {
  let given: { id: string; kind: string }[];
  do {
    given = await giveUpOldMails(db, MOST_GIVEN_UP);
    for (const { id, kind } of given) record("mail_failed", { mail: id, kind, code: "TOO_LATE" });
  } while (given.length === MOST_GIVEN_UP);
  metrics().mailOldestSeconds.set(await oldestWaitingSeconds(db));
}

async function logged<Outcome>(work: () => Promise<Outcome>): Promise<Outcome | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isUnavailable(error)) log().error({ err: error }, "the outbox could not be read");
    return undefined;
  }
}
