// What Python's str.strip() removes. String.trim() removes U+FEFF too, but not U+0085 and the four separators of ASCII.
const SPACES =
  "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

/**
 * The forms in which Django may have hashed a password, the likeliest first: Django REST Framework removes the white space around
 * it, Django's own forms don't. The framework refuses what is white space alone, so that the empty password is not among them.
 */
export function passwordForms(password: string): string[] {
  const trimmed = strip(password);
  return trimmed === "" || trimmed === password ? [password] : [password, trimmed];
}

// By steps, because a regular expression for the end would begin anew at every space.
function strip(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && SPACES.includes(text.charAt(start))) start += 1;
  while (start < end && SPACES.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
