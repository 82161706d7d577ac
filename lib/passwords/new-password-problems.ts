import { config } from "#lib/config.ts";
import type { Problem } from "#lib/problems.ts";
import { isBreached } from "./breached.ts";
import { passwordProblems } from "./rules.ts";

/**
 * What is wrong with a new password. Only one that meets the other rules is looked up among breached ones, which may take a
 * second: not within a transaction. Whether there is such an account makes no difference to it.
 * @param about the account's names, as far as they are known
 */
export async function newPasswordProblems(
  password: string,
  about: { username: string | undefined; email: string | null | undefined },
): Promise<Problem[]> {
  const problems = passwordProblems(password, about, config().PASSWORD_MIN_LENGTH);
  if (problems.length > 0) return problems;
  return (await isBreached(password)) ? [{ code: "password_breached" }] : [];
}
