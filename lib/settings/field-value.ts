// Shared with bin/, which runs outside of the bundles: no "server-only" here.

/**
 * Splits a header field's value into parts, without the white space around them. In HTTP only SP and HTAB are white space
 * (RFC 9110 §5.6.3). JavaScript's `trim` and `\s` also remove U+00A0, which browsers and proxies keep as a part of a name.
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
