import { dictionary } from "@zxcvbn-ts/language-common";
import { unicodeEmail } from "./email-address";

const SITE_NAME = "MovieConnect";
const MAX_SIMILARITY = 0.7;

const commonPasswords = new Set<unknown>(dictionary["passwords-common"]);

/**
 * What is wrong with a new password, in Django's words (django.contrib.auth.password_validation).
 * @param minLength in code points
 */
export function passwordProblems(
  password: string,
  about: { username: string | undefined; email: string | undefined },
  minLength: number,
): string[] {
  const problems: string[] = [];
  if (isSimilar(password, about.username)) problems.push("The password is too similar to the username.");
  if (isSimilar(password, about.email) || isSimilar(password, about.email && unicodeEmail(about.email)))
    problems.push("The password is too similar to the email address.");
  if (isSimilar(password, SITE_NAME)) problems.push("The password is too similar to the site's name.");
  if ([...password].length < minLength) {
    const unit = minLength === 1 ? "character" : "characters";
    problems.push(`This password is too short. It must contain at least ${minLength} ${unit}.`);
  }
  if (commonPasswords.has(password.toLowerCase().trim())) problems.push("This password is too common.");
  return problems;
}

function isSimilar(password: string, value: string | undefined): boolean {
  if (!value) return false;
  const lowered = value.toLowerCase();
  const parts = [...lowered.split(/[^\p{L}\p{M}\p{N}_]+/u), lowered].filter((part) => part !== "");
  return parts.some((part) => !isMuchLonger(password, part) && quickRatio(password.toLowerCase(), part) >= MAX_SIMILARITY);
}

// A long password that happens to hold the letters of a short name does not resemble it.
function isMuchLonger(password: string, part: string): boolean {
  return password.length >= 10 * part.length && part.length < (MAX_SIMILARITY / 2) * password.length;
}

// Python's difflib.SequenceMatcher.quick_ratio: how many characters the two share, whatever their order.
function quickRatio(a: string, b: string): number {
  const available = new Map<string, number>();
  for (const character of b) available.set(character, (available.get(character) ?? 0) + 1);
  let shared = 0;
  for (const character of a) {
    const left = available.get(character) ?? 0;
    if (left > 0) shared += 1;
    available.set(character, left - 1);
  }
  return (2 * shared) / ([...a].length + [...b].length);
}
