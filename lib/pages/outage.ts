import "server-only";

import { isUnavailable } from "#db/unavailable.ts";
import { AppError } from "#lib/errors.ts";

/** Whether the error means that the database could not be asked: a 503, not a bug. */
export function isOutage(error: unknown): boolean {
  return isUnavailable(error) || (error instanceof AppError && error.code === "unavailable");
}
