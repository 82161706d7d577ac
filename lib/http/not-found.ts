import "server-only";

import { AppError } from "#lib/errors.ts";
import { answerError } from "./errors.ts";

/** The answer to an unknown path. */
export function notFound(): Response {
  return answerError(new AppError("not_found"));
}
