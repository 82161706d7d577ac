import "server-only";

import { AppError } from "#lib/errors.ts";
import { answerError } from "./errors.ts";
import { respond } from "./json.ts";

/** The answer to an unknown path. */
export function notFound(): Response {
  return respond(answerError(new AppError("not_found")));
}
