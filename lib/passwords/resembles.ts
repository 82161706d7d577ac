// Shared with the browser, where the signup form warns before the server does: no "server-only" here, and nothing large.

export const SITE_NAME = "MovieConnect";

const MAX_SIMILARITY = 0.7;

/** Whether a password is too similar to a value or to a word in it, by Django's measure (UserAttributeSimilarityValidator). */
export function resembles(password: string, value: string): boolean {
  const lowered = value.toLowerCase();
  const parts = [...lowered.split(/[^\p{L}\p{M}\p{N}_]+/u), lowered].filter((part) => part !== "");
  return parts.some((part) => !isMuchLonger(password, part) && quickRatio(password.toLowerCase(), part) >= MAX_SIMILARITY);
}

// A long password that happens to contain the letters of a short name does not resemble it.
function isMuchLonger(password: string, part: string): boolean {
  return password.length >= 10 * part.length && part.length < (MAX_SIMILARITY / 2) * password.length;
}

// Python's difflib.SequenceMatcher.quick_ratio: the share of characters that both have, in any order.
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
