import pino, { type Logger, type LoggerOptions } from "pino";
import { config } from "#lib/config.ts";
import { perProcess } from "#lib/per-process.ts";
import { currentRequest } from "./request-context.ts";
import { writeLine } from "./write-line.ts";

const ERROR = 50;

/**
 * One JSON object a line on stdout, or what a terminal shows of it. No value can begin a line, so no input can forge one.
 * Bundles share the logger, so that their lines never interleave.
 */
export const log = perProcess("log", open).get;

function open(): Logger {
  const options: LoggerOptions = {
    level: config().LOG_LEVEL,
    base: { pid: process.pid },
    serializers: { err: describe },
    mixin: (_, level) => nameRequest(level),
  };
  return process.stdout.isTTY ? pino(options, { write: writeLine }) : pino(options);
}

/** The request's id for a line of the log. A line of level `error` also marks the request's failure as logged. */
export function nameRequest(level: number): { request_id?: string } {
  const request = currentRequest();
  if (request === undefined) return {};
  if (level >= ERROR) request.isFailureLogged = true;
  return { request_id: request.requestId };
}

// An error's other fields may hold user input (pg's `detail` quotes values), so only these are logged.
function describe(error: unknown) {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const code = "code" in error ? String(error.code) : undefined;
  const cause: unknown = error.cause === undefined ? undefined : describe(error.cause);
  return { name, message, code, stack, cause };
}
