import { perProcess } from "#lib/per-process.ts";

/** Whether this worker has been told to stop, by bin/worker.ts. */
export const stopping = perProcess("stopping", () => false);
