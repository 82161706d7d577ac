import "server-only";

import { AppError } from "../errors";
import { answerError } from "./errors";

/** The answer of a path that is not there. */
export function notFound(): Response {
  return answerError(new AppError("not_found"));
}
