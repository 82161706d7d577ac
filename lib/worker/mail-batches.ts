import { type LeasedMail, leaseMails, returnMails } from "#db/outgoing-mails.ts";
import type { Database } from "#db/pool.ts";
import { type Delivery, delivery } from "#lib/mail/delivery.ts";
import { CONNECTIONS } from "#lib/mail/mail-server.ts";
import { mailCircuit } from "./mail-circuit.ts";
import { type Outcome, sendMail } from "./send-mail.ts";
import { stopping } from "./stopping.ts";

const MOST = 10;
/** The mails of a batch that have not been begun by then are given back. */
const BEGIN_MS = 20_000;
/** One mail takes at most this long. */
const SEND_MS = 20_000;
/** Longer than both. After a crash the mails wait until this time is over. */
const LEASE_SECONDS = 60;

/**
 * Sends the mails that are due, batch after batch.
 * @param stop aborts the mails in hand
 * @returns a function that sends one batch, and returns whether more mails may be due
 */
export function mailBatches(db: Database, stop: AbortSignal): () => Promise<boolean> {
  const circuit = mailCircuit();

  return async () => {
    const to = delivery();
    const most = circuit.mayPass(MOST);
    if (to === null || most === 0) return false;
    const mails = await leaseMails(db, most, LEASE_SECONDS);
    const isMore = mails.length === most;
    await Promise.all(Array.from({ length: CONNECTIONS }, () => sendInTurn(to, mails, performance.now() + BEGIN_MS)));
    const unsent = mails.map(({ id }) => id);
    if (unsent.length > 0) await returnMails(db, unsent);
    return isMore;
  };

  /** Takes mails from the list, until it is empty or no more mail may be begun. */
  async function sendInTurn(to: Delivery, mails: LeasedMail[], end: number): Promise<void> {
    while (performance.now() < end && circuit.mayPass(1) > 0 && !stopping.get()) {
      const mail = mails.shift();
      if (!mail) return;
      note(await withinTime(stop, (signal) => sendMail(db, to, mail, signal)));
    }
  }

  function note(outcome: Outcome): void {
    if (outcome === "answered") circuit.passed();
    // What a stop interrupts says nothing about the server.
    else if (outcome !== "not_asked" && !stop.aborted) circuit.failed(outcome);
  }
}

// Not AbortSignal.any: a signal that lives as long as the process would collect the others.
async function withinTime<Result>(stop: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const limit = new AbortController();
  const abort = () => limit.abort();
  const timer = setTimeout(abort, SEND_MS);
  stop.addEventListener("abort", abort);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", abort);
  }
}
