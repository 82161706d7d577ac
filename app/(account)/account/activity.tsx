"use client";

import { useEffect, useRef, useState } from "react";
import { CallButton } from "#app/_components/call-button.tsx";
import { counted } from "#app/_components/counted.ts";
import { FailureNotice } from "#app/_components/failure-notice.tsx";
import { Moment } from "#app/_components/moment.tsx";
import { useApiCall } from "#app/_components/use-api-call.ts";
import type { EventPage } from "#lib/answers.ts";
import { accountApi } from "#lib/client/account-api.ts";
import { EVENT_WORDS } from "#lib/event-words.ts";

/** What happened to the account, the latest first, a page at a time. */
export function Activity({ first }: { first: EventPage }) {
  const [{ results, next }, setShown] = useState(first);
  const end = useRef<HTMLParagraphElement>(null);
  const call = useApiCall(({ before }: { before: number }) => accountApi.events(before), {
    says: (_input, page) => counted(page.results.length, "earlier event"),
    onDone: (page) => setShown((shown) => ({ results: [...shown.results, ...page.results], next: page.next })),
  });
  const isAtEnd = next === null;
  const { returns } = call;
  useEffect(() => {
    // The button that had the focus is gone.
    if (isAtEnd && returns > 0) end.current?.focus();
  }, [isAtEnd, returns]);
  return (
    <>
      <ul className="list-none pl-0">
        {results.map(({ id, at, event, address, device }) => (
          <li key={id} className="row items-baseline">
            <p className="basis-56 text-ink-soft tabular-nums first-letter:uppercase">
              <Moment at={at} />
            </p>
            <div className="min-w-0 grow basis-64">
              <p className="font-bold">{EVENT_WORDS[event]}</p>
              <p className="text-ink-soft">{[device, address].filter((known) => known !== null).join(", ")}</p>
            </div>
          </li>
        ))}
      </ul>
      {next !== null && (
        <CallButton
          type="button"
          className="button button-plain mt-5"
          label="Earlier"
          busyLabel="Looking…"
          isBusy={call.isBusy}
          isWaiting={call.isWaiting}
          onClick={() => call.run({ before: next })}
        />
      )}
      <p role="status" className="sr-only">
        {call.said}
      </p>
      <p ref={end} tabIndex={-1} className="mt-5 text-ink-soft">
        {isAtEnd && "That is all. What happened is kept for a year."}
      </p>
      <div className="notices">
        <FailureNotice call={call} />
      </div>
    </>
  );
}
