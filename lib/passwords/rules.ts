import { dictionary } from "@zxcvbn-ts/language-common";
import { unicodeEmail } from "#lib/names/email-address.ts";
import { resembles, SITE_NAME } from "./resembles.ts";

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
  if (about.username && resembles(password, about.username)) problems.push("The password is too similar to the username.");
  if (about.email && isLikeEmail(password, about.email)) problems.push("The password is too similar to the email address.");
  if (resembles(password, SITE_NAME)) problems.push("The password is too similar to the site's name.");
  if ([...password].length < minLength) {
    const unit = minLength === 1 ? "character" : "characters";
    problems.push(`This password is too short. It must contain at least ${minLength} ${unit}.`);
  }
  if (commonPasswords.has(password.toLowerCase().trim())) problems.push("This password is too common.");
  return problems;
}

// Compares with the stored form, whose host is in ASCII, and with the form that a person writes.
function isLikeEmail(password: string, email: string): boolean {
  return resembles(password, email) || resembles(password, unicodeEmail(email));
}
