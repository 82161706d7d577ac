import "server-only";

import { isUnavailable } from "#db/unavailable.ts";
import { AppError } from "#lib/errors.ts";

/** Whether something failed because the database could not be asked, which is a 503, and no bug. */
export function isOutage(error: unknown): boolean {
  return isUnavailable(error) || (error instanceof AppError && error.code === "unavailable");
}
