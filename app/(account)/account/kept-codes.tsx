"use client";

import { type FormEvent, useRef, useState } from "react";

/** A box to say that the codes are kept, and the button that takes them off the page. */
export function KeptCodes({ onKept }: { onKept: () => void }) {
  const [isMissing, setMissing] = useState(false);
  const box = useRef<HTMLInputElement>(null);

  function finish(event: FormEvent): void {
    event.preventDefault();
    if (box.current?.checked) onKept();
    else {
      setMissing(true);
      box.current?.focus();
    }
  }

  return (
    <form noValidate onSubmit={finish} className="mt-6">
      <label className="flex items-center gap-3 py-2 font-bold">
        <input
          ref={box}
          type="checkbox"
          className="box"
          required
          aria-invalid={isMissing}
          aria-describedby={isMissing ? "kept-error" : undefined}
          onChange={() => setMissing(false)}
        />
        I have kept these codes
      </label>
      {isMissing && (
        <p id="kept-error" className="font-semibold text-danger">
          Keep them first, then tick this box: you can't see them again.
        </p>
      )}
      <button type="submit" className="button mt-3 w-full sm:w-auto">
        Done
      </button>
    </form>
  );
}
