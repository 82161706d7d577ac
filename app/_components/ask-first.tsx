"use client";

import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Result } from "#lib/client/call.ts";
import { CallButton } from "./call-button.tsx";
import { FailureNotice } from "./failure-notice.tsx";
import { useApiCall } from "./use-api-call.ts";
import { useHydrated } from "./use-hydrated.ts";
import type { Words } from "./words.ts";

type Props<Data> = {
  label: string;
  /** What the label is about, for those who hear it without seeing where it stands */
  about?: string;
  question: string;
  /** "End it", and while it does: "Ending" */
  confirm: { label: string; doing: string };
  call: () => Promise<Result<Data>>;
  onDone: (data: Data) => void;
  words?: Words;
};

/** A button that asks once more, at its own place, before it acts. Escape takes it back. */
export function AskFirst<Data>({ label, about, question, confirm, call, onDone, words }: Props<Data>) {
  const hydrated = useHydrated();
  const [isAsking, setIsAsking] = useState(false);
  const state = useApiCall(call, { onDone, words });
  const opener = useRef<HTMLButtonElement>(null);
  const group = useRef<HTMLFieldSetElement>(null);
  // Not when the page is first shown.
  const hasAsked = useRef(false);

  useEffect(() => {
    if (isAsking) group.current?.querySelector("button")?.focus();
    else if (hasAsked.current) opener.current?.focus();
    hasAsked.current = isAsking;
  }, [isAsking]);

  if (!isAsking) {
    return (
      <button ref={opener} type="button" className="button button-plain" disabled={!hydrated} onClick={() => setIsAsking(true)}>
        {label}
        {about && <span className="sr-only"> {about}</span>}
      </button>
    );
  }
  return (
    <fieldset
      ref={group}
      className="mt-1 basis-full"
      onKeyDown={(event: KeyboardEvent) => event.key === "Escape" && !state.isBusy && setIsAsking(false)}
    >
      <legend className="font-semibold">{question}</legend>
      <div className="mt-2 flex flex-wrap gap-3">
        <CallButton
          type="button"
          className="button"
          label={confirm.label}
          busyLabel={`${confirm.doing}…`}
          isBusy={state.isBusy}
          isWaiting={state.isWaiting}
          // The second click of a double click on the first button may be over this one.
          onClick={({ detail }) => detail < 2 && state.run(null)}
        />
        <button type="button" className="button button-plain" onClick={() => setIsAsking(false)}>
          Leave it
        </button>
      </div>
      <div className="notices">
        <FailureNotice call={state} />
      </div>
    </fieldset>
  );
}
