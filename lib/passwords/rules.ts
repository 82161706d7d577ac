import { dictionary } from "@zxcvbn-ts/language-common";
import { unicodeEmail } from "#lib/names/email-address.ts";
import type { Problem } from "#lib/problems.ts";
import { resembles, SITE_NAME } from "./resembles.ts";

const commonPasswords = new Set<unknown>(dictionary["passwords-common"]);

/**
 * What is wrong with a new password, by Django's rules (django.contrib.auth.password_validation).
 * @param minLength in code points
 */
export function passwordProblems(
  password: string,
  about: { username: string | undefined; email: string | null | undefined },
  minLength: number,
): Problem[] {
  const problems: Problem[] = [];
  if (about.username && resembles(password, about.username)) problems.push({ code: "password_like_username" });
  if (about.email && isLikeEmail(password, about.email)) problems.push({ code: "password_like_email" });
  if (resembles(password, SITE_NAME)) problems.push({ code: "password_like_site" });
  if ([...password].length < minLength) problems.push({ code: "password_too_short", least: minLength });
  if (commonPasswords.has(password.toLowerCase().trim())) problems.push({ code: "password_too_common" });
  return problems;
}

// Compares with the stored form, whose host is in ASCII, and with the form that a person writes.
function isLikeEmail(password: string, email: string): boolean {
  return resembles(password, email) || resembles(password, unicodeEmail(email));
}
