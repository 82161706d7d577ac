/** Text with `code` in it. */
export function Prose({ text }: { text: string }) {
  // Every second part stood between backticks. Parts may be equal, so only the index can be a key.
  return text.split(/(`[^`]*`)/).map((part) => (part.startsWith("`") ? <code key={part}>{part.slice(1, -1)}</code> : part));
}
