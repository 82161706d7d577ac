import "server-only";

import pino, { type Logger } from "pino";
import { config } from "./config";

let logger: Logger | undefined;

/** One JSON object a line on stdout: a line break in a value is escaped, so no input can forge a line. */
export function log(): Logger {
  logger ??= pino({ level: config().LOG_LEVEL, base: { pid: process.pid }, serializers: { err: describe } });
  return logger;
}

// An error's own fields may hold what a user sent (pg's `detail` quotes values): only what names the fault is kept.
function describe(error: unknown) {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const code = "code" in error ? String(error.code) : undefined;
  const cause: unknown = error.cause === undefined ? undefined : describe(error.cause);
  return { name, message, code, stack, cause };
}
