const LONGEST = 120;

/**
 * A URL's path as the log has it: without the query, and cut where a token's signature would not have begun. Nobody's secrets
 * belong into a URL, but people put them there. Nothing that a terminal or a log's reader could take for the end of a line.
 */
export function printablePath(url: string): string {
  const [path = ""] = url.split("?", 1);
  return path.slice(0, LONGEST).replaceAll(/[^\x21-\x7e]/g, "?");
}
