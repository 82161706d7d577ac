"use client";

type Props = { label: string; text: string; onSaid: (said: string) => void };

/** A button that copies a text. It is absent where the browser lets no page copy: over http, except at localhost. */
export function Copy({ label, text, onSaid }: Props) {
  if (!navigator.clipboard) return null;

  async function copy(): Promise<void> {
    const isCopied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    onSaid(isCopied ? "Copied." : "The browser did not allow that. Select the text, and copy it yourself.");
  }

  return (
    <button type="button" className="button button-plain" onClick={copy}>
      {label}
    </button>
  );
}
