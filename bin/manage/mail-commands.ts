import { countMails, listMails, type MailDetails, retryMails } from "#db/inspect-mails.ts";
import type { Database } from "#db/pool.ts";
import { type Arguments, usageError, wholeNumber } from "./arguments.ts";
import { columns } from "./columns.ts";

const MAIL_HEAD = ["mail", "kind", "user", "address", "written", "attempts", "state", "next or settled", "error"];

/** The commands about the outbox. */
export const MAIL_COMMANDS = {
  "mail list": async (db: Database, { values: { all = false, limit = "50" } }: Arguments) => {
    const { waiting, failed } = await countMails(db);
    const mails = await listMails(db, all, wholeNumber("limit", limit, 1, 1_000));
    const lines = [
      `Waiting: ${waiting}. Failed: ${failed}.`,
      ...(mails.length === 0 ? [] : columns(MAIL_HEAD, mails.map(mailCells))),
    ];
    return { lines, json: { waiting, failed, results: mails } };
  },

  "mail retry": async (db: Database, { values: { mail, all } }: Arguments) => {
    if ((mail === undefined) === (all === undefined)) throw usageError("mail retry needs either --mail ID or --all");
    const retried = await retryMails(db, mail ?? null);
    if (mail !== undefined && retried.length === 0) throw new Error(`there is no failed mail ${mail}`);
    return { lines: [`Mails to be tried again: ${retried.length}.`], json: { retried } };
  },
};

function mailCells(mail: MailDetails): string[] {
  const { id, kind, user_id, address, created_at, attempts, outcome, settled_at, next_attempt_at, last_error } = mail;
  const time = settled_at ?? next_attempt_at;
  const cells = [id, kind, user_id ?? "", address, created_at.toISOString(), attempts, outcome ?? "waiting", time.toISOString()];
  return [...cells.map(String), last_error ?? ""];
}
