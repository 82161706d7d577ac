import { perProcess } from "#lib/per-process.ts";

/** Resolves when this worker sends no mail any more. lib/worker/send-mails.ts provides it; bin/worker.ts calls it at a stop. */
export const finishSending = perProcess("finish-sending", (): (() => Promise<void>) => async () => undefined);
