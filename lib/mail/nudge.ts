import { perProcess } from "#lib/per-process.ts";

/** Tells this process's sender that a mail has been written. lib/worker/send-mails.ts provides it; commands have no sender. */
export const nudge = perProcess("mail-nudge", (): (() => void) => () => undefined);
