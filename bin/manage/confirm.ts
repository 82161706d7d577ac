import { usageError } from "./arguments.ts";
import { ask } from "./ask.ts";

/** Asks for a confirmation. @throws {UsageError} without a terminal @throws {Error} if the answer is no */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw usageError("there is no terminal to ask for a confirmation: add --yes");
  const [answer = ""] = await ask([`${question} [y/N] `], "shown");
  if (!/^y(es)?$/i.test(answer.trim())) throw new Error("nothing was changed");
}
