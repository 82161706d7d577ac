import "server-only";

import { AppError } from "#lib/errors.ts";
import { answerError } from "./errors.ts";

/** The answer of a path that is not there. */
export function notFound(): Response {
  return answerError(new AppError("not_found"));
}
