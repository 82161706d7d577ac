import { encode, isCutBy, isOutdated, newFormat } from "./encode.ts";
import { formatOf, matches } from "./formats.ts";
import { passwordForms } from "./password-forms.ts";
import { restOfWork } from "./rest-of-work.ts";

export type Comparison = {
  /** Null: there is no account, it is disabled, or has no password. */
  encoded: string | null;
  /** Django made the hash. */
  isFromDjango: boolean;
  /** The formats of imported hashes. */
  importedFormats: string[];
  /** Whether a right password gets a new encoding where the compared one is outdated. */
  renews: boolean;
};

/** `encoded`: a new encoding of a right password. */
export type Compared = { isRight: boolean; encoded: string | null };

/**
 * Compares a password with an encoding. Every refusal does the same work, whatever it compared with. How much depends on the
 * password alone: where hashes were imported, one with white space around it counts twice. It blocks its thread.
 * @param cost of new encodings
 */
export async function compare(
  password: string,
  { encoded, isFromDjango, importedFormats, renews }: Comparison,
  cost: number,
): Promise<Compared> {
  const forms = importedFormats.length > 0 ? passwordForms(password) : [password];
  const tried = isFromDjango ? forms : [password];
  const right = encoded === null ? undefined : await findMatch(tried, encoded);
  if (encoded !== null && right !== undefined) {
    // A renewal binds the account to this very password. Where the old hash has seen less of it, another one may be meant.
    const isWhole = right === password && !isCutBy(encoded, password);
    return { isRight: true, encoded: renews && isWhole && isOutdated(encoded, cost) ? encode(password, cost) : null };
  }
  const done = encoded === null ? null : formatOf(encoded);
  const rest = restOfWork([newFormat(cost), ...importedFormats], forms.length, done === null ? [] : tried.map(() => done));
  for (const { spend, amount } of rest) await spend(password, amount);
  return { isRight: false, encoded: null };
}

async function findMatch(forms: string[], encoded: string): Promise<string | undefined> {
  for (const form of forms) {
    if (await matches(form, encoded)) return form;
  }
  return undefined;
}
