"use client";

import { useState } from "react";

/** A button that copies a text. It is absent where the browser lets no page copy: over http, except at localhost. */
export function Copy({ label, text }: { label: string; text: string }) {
  const [said, setSaid] = useState("");
  if (!navigator.clipboard) return null;

  async function copy(): Promise<void> {
    setSaid("");
    const isCopied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setSaid(isCopied ? "Copied." : "The browser did not allow it. Select the text, and copy it.");
  }

  return (
    <>
      <button type="button" className="button button-plain" onClick={copy}>
        {label}
      </button>
      <span role="status" className="font-semibold">
        {said}
      </span>
    </>
  );
}
