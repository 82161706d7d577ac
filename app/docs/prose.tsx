/** Text with `code` in it. */
export function Prose({ text }: { text: string }) {
  // Every second part stood between backticks; a part's place is all that tells it from others.
  return text.split(/(`[^`]*`)/).map((part) => (part.startsWith("`") ? <code key={part}>{part.slice(1, -1)}</code> : part));
}
