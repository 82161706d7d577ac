import type { Failure } from "#lib/client/call.ts";
import { everywhere, type Words } from "./words.ts";

/** The API's name for messages that concern no single field. */
export const GENERAL = "non_field_errors";

// What the API fills into a message: a number, a quotation, a reason, Python's name of a type.
const FILLED_IN = /\d+|"[^"]*"|(?<= - ).+|(?<=but got )\w+/;

/**
 * A failure in the pages' words. A message for which there are none is shown as it is.
 * @param shown the form's fields: a message about another field is shown for the whole form, after that field's name unless the
 *   form has words for it. A button has no fields, and is about one thing
 */
export function inOurWords(failure: Failure, words: Words, shown: string[]): Failure {
  if (failure.kind === "refused") return { ...failure, detail: say(failure.detail, words.detail) };
  if (failure.kind !== "fields") return failure;
  const fields: Record<string, string[]> = {};
  for (const [name, messages] of Object.entries(failure.fields)) {
    const said = messages.map((message) => say(message, words[name]));
    const isNameless = name === GENERAL || shown.length === 0 || name in words;
    if (shown.includes(name)) fields[name] = said;
    else fields[GENERAL] = [...(fields[GENERAL] ?? []), ...said.map((one) => (isNameless ? one : `${name}: ${one}`))];
  }
  return { kind: "fields", fields };
}

function say(message: string, own: Record<string, string> = {}): string {
  const [filledIn = ""] = FILLED_IN.exec(message) ?? [];
  const key = message.replace(FILLED_IN, "…");
  return (own[key] ?? everywhere[key] ?? message).replace("…", filledIn);
}
