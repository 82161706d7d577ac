// Shared with bin/, which is outside of the bundles: no "server-only" here.

/**
 * The parts of a header field's value, without the white space around them. HTTP's is SP and HTAB alone (RFC 9110 §5.6.3):
 * JavaScript's `trim` and `\s` also take U+00A0, which for browsers and proxies is a part of a name like any other.
 */
export function splitField(value: string, separator: "," | ";"): string[] {
  return value.split(separator).map(trimField);
}

/** As `splitField`, for a value of one part. */
export function trimField(value: string): string {
  let [start, end] = [0, value.length];
  while (start < end && isWhite(value[start])) start += 1;
  while (end > start && isWhite(value[end - 1])) end -= 1;
  return value.slice(start, end);
}

function isWhite(character: string | undefined): boolean {
  return character === " " || character === "\t";
}
