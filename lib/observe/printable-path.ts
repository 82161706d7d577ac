const LONGEST = 120;

/**
 * A URL's path as the log has it: without the query, and cut before a token's signature would begin, since people put secrets
 * into URLs. It has no character that a terminal, or a program that reads the log, could take for the end of a line.
 */
export function printablePath(url: string): string {
  const [path = ""] = url.split("?", 1);
  return path.slice(0, LONGEST).replaceAll(/[^\x21-\x7e]/g, "?");
}
