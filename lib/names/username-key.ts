/**
 * The key under which a username is unique: the same for all its cases and Unicode forms.
 * In the manner of NFKC_Casefold (Unicode §5.18): each code point by itself goes down, up and down again, so that final
 * sigma meets sigma, and ẞ and ß meet SS, which lower-casing the whole string would keep apart.
 */
export function usernameKey(username: string): string {
  const folded = [...username.normalize("NFKC")].map((point) => point.toLowerCase().toUpperCase().toLowerCase()).join("");
  return folded.normalize("NFKC");
}
