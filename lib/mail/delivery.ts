import { forgetMail } from "#db/outgoing-mails.ts";
import type { Database } from "#db/pool.ts";
import { config } from "#lib/config.ts";
import { giveToServer } from "./mail-server.ts";
import type { WrittenMail } from "./write-mail.ts";

/** Where mails go, and what is left of them in the outbox. */
export type Delivery = {
  give: (id: string, mail: WrittenMail, signal: AbortSignal) => Promise<void>;
  settle: (db: Database, id: string) => Promise<void>;
};

const TO_SERVER: Delivery = { give: giveToServer, settle: (db, id) => forgetMail(db, id, "sent") };

/** How this process delivers mails; null if it delivers none. */
export function delivery(): Delivery | null {
  return config().SMTP_URL === undefined ? null : TO_SERVER;
}
