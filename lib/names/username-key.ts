/**
 * The key by which a username is unique: the same for every case and Unicode form of the name. It resembles NFKC_Casefold
 * (Unicode §5.18): each code point is converted to lower, upper and lower case again. So the final sigma equals sigma, and ẞ
 * and ß equal SS, which lower-casing the whole string would keep apart.
 */
export function usernameKey(username: string): string {
  const folded = [...username.normalize("NFKC")].map((point) => point.toLowerCase().toUpperCase().toLowerCase()).join("");
  return folded.normalize("NFKC");
}
